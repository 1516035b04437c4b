/** Which of the workspace's pages an address names. */

import { ChatPage } from "./chat_page.js";
import { FilesPage } from "./files_page.js";
import { HealthPage } from "./health_page.js";
import { HistoryPage } from "./history_page.js";
import { ProgressPage } from "./progress_page.js";
import { RunForm } from "./run_form.js";
import { SettingsPage } from "./settings_page.js";
import { ThreadsPage } from "./threads_page.js";
import { UsagePage } from "./usage_page.js";
import { UsersPage } from "./users_page.js";

/** @type {[RegExp, new (...parts: string[]) => {element: HTMLElement}][]} A page, made with the address's parts. */
const PAGES = [
	[/^#\/novels$/, RunForm],
	[/^#\/chat(?:\/([^/]+))?$/, ChatPage],
	[/^#\/history$/, HistoryPage],
	[/^#\/progress\/([^/]+)\/([^/]+)$/, ProgressPage],
	[/^#\/threads$/, ThreadsPage],
	[/^#\/files$/, FilesPage],
	[/^#\/usage$/, UsagePage],
	[/^#\/settings$/, SettingsPage],
	[/^#\/users$/, UsersPage],
	[/^#\/health$/, HealthPage],
];

/** @param {string} address The part behind `#`, with it. */
export function pageFor(address) {
	for (const [pattern, Page] of PAGES) {
		const parts = address.match(pattern);
		if (parts) return new Page(...parts.slice(1).map((part) => part && decodeURIComponent(part)));
	}
	return null;
}
