/** Who is signed in, for as long as this tab is open: tokens outlive no tab, and stand in no address. */

const PLACE = "scriptorium.session";

/** @typedef {{access_token: string, refresh_token: string, user_info: {id: string, username: string}}} Tokens */

/** @returns {Tokens | null} */
export function tokens() {
	try {
		return JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
	} catch {
		return null; // Storage is forbidden: who reloads the page signs in again.
	}
}

/** @param {Tokens} given Of a refresh, without who it is. */
export function keepTokens(given) {
	sessionStorage.setItem(PLACE, JSON.stringify({ ...tokens(), ...given }));
}

export function forgetTokens() {
	sessionStorage.removeItem(PLACE);
}

/** A part of the names under which this browser remembers things of one user's. */
export const userPart = () => (tokens() ? `.${tokens().user_info.id}` : "");
