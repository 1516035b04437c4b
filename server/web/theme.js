/** Light or dark: the system's choice, until the reader makes another. */

import { recall, remember } from "./storage.js";

const THEMES = ["auto", "light", "dark"];

/** @returns {"auto" | "light" | "dark"} */
export function theme() {
	const stored = recall("theme", "auto");
	return THEMES.includes(stored) ? stored : "auto";
}

export function applyTheme() {
	document.documentElement.dataset.theme = theme();
}

export function nextTheme() {
	remember("theme", THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
	applyTheme();
}
