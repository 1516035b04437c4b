/** Light or dark: the system's choice, until the reader makes another. */

import { recall, remember } from "./storage.js";

export const THEMES = ["auto", "light", "dark"];

/** @returns {"auto" | "light" | "dark"} */
export function theme() {
	const stored = recall("theme", "auto");
	return THEMES.includes(stored) ? stored : "auto";
}

export function applyTheme() {
	document.documentElement.dataset.theme = theme();
}

/** @param {string} name One of THEMES. */
export function setTheme(name) {
	remember("theme", name);
	applyTheme();
}

export const nextTheme = () => setTheme(THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
