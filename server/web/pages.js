/**
 * Which page an address names. A page's modules are fetched when it is first shown, so that none waits for the others.
 *
 * @typedef {{element: HTMLElement, open: () => void, close: () => void, render: () => void, runId?: string, selectTab?: (tab: string) => void,
 *   attempt?: (act: () => Promise<any>) => Promise<void>}} View
 */

/** @type {[RegExp, () => Promise<new (...parts: string[]) => View>][]} An address, and the class that is made with its parts. */
const PAGES = [
	[/^#\/novels$/, async () => (await import("./run_form.js")).RunForm],
	[/^#\/runs\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/, async () => (await import("./run_view.js")).RunView],
	[/^#\/translate$/, async () => (await import("./translate_form.js")).TranslateForm],
	[/^#\/translations\/([^/]+)\/([^/]+)$/, async () => (await import("./translation_view.js")).TranslationView],
	[/^#\/books(?:\/([^/]+))?$/, async () => (await import("./audiobook_page.js")).AudiobookPage],
	[/^#\/talk$/, async () => (await import("./talk_view.js")).TalkView],
	[/^#\/guidelines(?:\/([^/]+))?$/, async () => (await import("./guideline_page.js")).GuidelinePage],
	[/^#\/topics(?:\/([^/]+))?$/, async () => (await import("./topics_page.js")).TopicsPage],
	[/^#\/chat(?:\/([^/]+))?$/, async () => (await import("./chat_page.js")).ChatPage],
	[/^#\/history$/, async () => (await import("./history_page.js")).HistoryPage],
	[/^#\/progress\/([^/]+)\/([^/]+)$/, async () => (await import("./progress_page.js")).ProgressPage],
	[/^#\/threads$/, async () => (await import("./threads_page.js")).ThreadsPage],
	[/^#\/files$/, async () => (await import("./files_page.js")).FilesPage],
	[/^#\/usage$/, async () => (await import("./usage_page.js")).UsagePage],
	[/^#\/settings$/, async () => (await import("./settings_page.js")).SettingsPage],
	[/^#\/users$/, async () => (await import("./users_page.js")).UsersPage],
	[/^#\/health$/, async () => (await import("./health_page.js")).HealthPage],
	[/^/, async () => (await import("./home_page.js")).HomePage],
];

/** @param {string} address From its `#` on. @returns {{parts: string[], load: () => Promise<View>}} Its parts, and the page when it is there. */
export function pageFor(address) {
	const [pattern, load] = PAGES.find(([known]) => known.test(address));
	const parts = address.match(pattern).slice(1).map((part) => part && decodeURIComponent(part));
	return { parts, load: async () => new (await load())(...parts) };
}
