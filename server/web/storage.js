/** What this browser remembers between visits. A browser that refuses to store is no reason to fail. */

const PREFIX = "scriptorium.";

/** @template T @param {string} key @param {T} fallback @returns {T} */
export function recall(key, fallback) {
	try {
		return JSON.parse(localStorage.getItem(PREFIX + key) ?? "null") ?? fallback;
	} catch {
		return fallback; // Storage is forbidden, or holds what another version wrote.
	}
}

/** @param {string} key @param {unknown} value @returns {boolean} Whether it is stored. */
export function remember(key, value) {
	try {
		localStorage.setItem(PREFIX + key, JSON.stringify(value));
		return true;
	} catch {
		return false; // Storage is forbidden or full.
	}
}

export function forget(key) {
	try {
		localStorage.removeItem(PREFIX + key);
	} catch {
		// Storage is forbidden: there is nothing to remove.
	}
}
