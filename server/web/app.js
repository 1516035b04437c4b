/** The console: one page whose address says what it shows: #/, #/talk, #/runs/<thread>/<run>[/<tab>], #/translate or #/translations/<thread>/<run>. */

import { getAccounts, getInfo, signOut } from "./api.js";
import { claimDraft } from "./draft.js";
import { AudiobookPage } from "./audiobook_page.js";
import { refill } from "./element.js";
import { GuidelinePage } from "./guideline_page.js";
import { switchLanguage, t, translatePage } from "./i18n.js";
import { TABS } from "./result_view.js";
import { RunForm } from "./run_form.js";
import { RunView } from "./run_view.js";
import { forgetTokens, tokens } from "./session.js";
import { SignIn } from "./sign_in.js";
import { claimSetup } from "./talk_setup.js";
import { TalkView } from "./talk_view.js";
import { TopicsPage } from "./topics_page.js";
import { applyTheme, nextTheme, theme } from "./theme.js";
import { clearTranslateDraft, TranslateForm } from "./translate_form.js";
import { TranslationView } from "./translation_view.js";

const TRANSLATION_ADDRESS = /^#\/translations\/([^/]+)\/([^/]+)$/;
const RUN_ADDRESS = /^#\/runs\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/;

const BOOK_ADDRESS = /^#\/books(?:\/([^/]+))?$/;
const TOPICS_ADDRESS = /^#\/topics(?:\/([^/]+))?$/;
const GUIDELINE_ADDRESS = /^#\/guidelines(?:\/([^/]+))?$/;

const main = document.getElementById("main");
/** @type {RunForm | RunView | TranslateForm | TranslationView | SignIn | TalkView | GuidelinePage | TopicsPage | AudiobookPage | null} */
let view = null;
let hasAccounts = false;
const RESET_ADDRESS = /^#\/reset\/([^/]+)$/;

function showAddress() {
	const [, threadId, runId, tab] = location.hash.match(RUN_ADDRESS)?.map((part) => part && decodeURIComponent(part)) ?? [];
	const knownTab = TABS.includes(tab) ? tab : TABS[0];
	if (view instanceof RunView && view.runId === runId) return view.selectTab(knownTab);
	const isFirst = view === null;
	view?.close();
	const resetToken = hasAccounts ? location.hash.match(RESET_ADDRESS)?.[1] : undefined;
	if (resetToken) history.replaceState(null, "", "#/"); // It is good once, and no business of the history.
	if (hasAccounts && (resetToken || !tokens())) view = new SignIn(enter, resetToken);
	else if (GUIDELINE_ADDRESS.test(location.hash)) view = new GuidelinePage(location.hash.match(GUIDELINE_ADDRESS)[1]);
	else if (TOPICS_ADDRESS.test(location.hash)) view = new TopicsPage(location.hash.match(TOPICS_ADDRESS)[1]);
	else if (BOOK_ADDRESS.test(location.hash)) view = new AudiobookPage(location.hash.match(BOOK_ADDRESS)[1]);
	else if (location.hash === "#/talk") view = new TalkView();
	else view = runId ? new RunView(threadId, runId, knownTab) : translating() ?? new RunForm();
	showWho();
	refill(main, view.element);
	view.open();
	scrollTo(0, 0);
	if (!isFirst) main.querySelector("h1").focus({ preventScroll: true });
}

function translating() {
	const [, threadId, runId] = location.hash.match(TRANSLATION_ADDRESS)?.map((part) => part && decodeURIComponent(part)) ?? [];
	if (runId) return new TranslationView(threadId, runId);
	return location.hash === "#/translate" ? new TranslateForm() : null;
}

function enter() {
	claimDraft(tokens().user_info.id);
	claimSetup(tokens().user_info.id);
	showAddress();
}

function showWho() {
	const leave = document.getElementById("sign-out");
	leave.hidden = !tokens();
	leave.textContent = t("sign_in.leave", { name: tokens()?.user_info.username ?? "" });
}

function translate() {
	showWho();
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

document.getElementById("sign-out").addEventListener("click", async () => {
	await signOut();
	claimDraft(null);
	claimSetup(null);
	clearTranslateDraft();
	location.assign("/");
});

addEventListener("hashchange", showAddress);
addEventListener("signed-out", () => {
	forgetTokens();
	view?.close();
	view = null;
	showAddress();
});

applyTheme();
translate();
hasAccounts = await getAccounts().then(({ accounts }) => accounts, () => false);
showAddress();
getInfo().then(({ version }) => { document.getElementById("version").textContent = version ?? ""; }, () => {}); // Decoration.
