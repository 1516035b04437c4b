/** The console: one page whose address says what it shows: #/ or #/runs/<thread>/<run>[/<tab>]. */

import { getInfo } from "./api.js";
import { refill } from "./element.js";
import { switchLanguage, t, translatePage } from "./i18n.js";
import { TABS } from "./result_view.js";
import { RunForm } from "./run_form.js";
import { RunView } from "./run_view.js";
import { applyTheme, nextTheme, theme } from "./theme.js";

const RUN_ADDRESS = /^#\/runs\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/;

const main = document.getElementById("main");
/** @type {RunForm | RunView | null} */
let view = null;

function showAddress() {
	const [, threadId, runId, tab] = location.hash.match(RUN_ADDRESS)?.map((part) => part && decodeURIComponent(part)) ?? [];
	const knownTab = TABS.includes(tab) ? tab : TABS[0];
	if (view instanceof RunView && view.runId === runId) return view.selectTab(knownTab);
	const isFirst = view === null;
	view?.close();
	view = runId ? new RunView(threadId, runId, knownTab) : new RunForm();
	refill(main, view.element);
	view.open();
	scrollTo(0, 0);
	if (!isFirst) main.querySelector("h1").focus({ preventScroll: true });
}

function translate() {
	translatePage();
	const languageButton = document.getElementById("language");
	languageButton.textContent = t("app.other_language");
	languageButton.lang = t("app.other_language_code");
	document.getElementById("theme").textContent = t(`app.theme_${theme()}`);
}

document.getElementById("language").addEventListener("click", () => {
	switchLanguage();
	translate();
	view.render();
});

document.getElementById("theme").addEventListener("click", () => {
	nextTheme();
	translate();
});

document.getElementById("skip").addEventListener("click", (event) => {
	event.preventDefault(); // The address must go on naming the run.
	main.focus();
});

addEventListener("hashchange", showAddress);

applyTheme();
translate();
showAddress();
getInfo().then(({ version }) => { document.getElementById("version").textContent = version ?? ""; }, () => {}); // Decoration.
