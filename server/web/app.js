/** The console: one page whose address says what it shows, as pages.js knows them. */

import { ApiError, getAccounts, getInfo, signOut } from "./api.js";
import { claimDraft } from "./draft.js";
import { refill } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { switchLanguage, t, translatePage } from "./i18n.js";
import { showNavigation } from "./navigation.js";
import { pageFor } from "./pages.js";
import { forgetTokens, tokens } from "./session.js";
import { SignIn } from "./sign_in.js";
import { claimSetup } from "./talk_setup.js";
import { applyTheme, nextTheme, theme } from "./theme.js";
/** @import {View} from "./pages.js" */

const RESET_ADDRESS = /^#\/reset\/([^/]+)$/;

const main = document.getElementById("main");
/** @type {View | null} */
let view = null;
let hasAccounts = false;
let isFirst = true;

async function showAddress() {
	const asked = location.hash;
	const { parts, load } = pageFor(asked);
	if (asked.startsWith("#/runs/") && view?.selectTab && view.runId === parts[1]) return view.selectTab(parts[2]);
	const resetToken = hasAccounts ? asked.match(RESET_ADDRESS)?.[1] : undefined;
	if (resetToken) history.replaceState(null, "", "#/"); // It is good once, and no business of the history.
	if (hasAccounts && (resetToken || !tokens())) return show(new SignIn(enter, resetToken));
	const next = await load().catch(() => null);
	if (location.hash !== asked) return; // Meanwhile the reader has gone elsewhere.
	if (next) show(next);
	else main.prepend(failurePanel({ code: "connection" })); // The page's files did not come.
}

/** @param {View} next */
function show(next) {
	view?.close();
	view = next;
	showWho();
	showNavigation(hasAccounts);
	refill(main, view.element);
	view.open();
	scrollTo(0, 0);
	if (!isFirst) main.querySelector("h1").focus({ preventScroll: true });
	isFirst = false;
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
	showNavigation(hasAccounts);
	const languageButton = document.getElementById("language");
	languageButton.textContent = t("app.other_language");
	languageButton.lang = t("app.other_language_code");
	document.getElementById("theme").textContent = t(`app.theme_${theme()}`);
}

addEventListener("looks-changed", () => {
	translate();
	view?.render();
});

document.getElementById("language").addEventListener("click", () => {
	switchLanguage();
	dispatchEvent(new Event("looks-changed"));
});

document.getElementById("theme").addEventListener("click", () => {
	nextTheme();
	dispatchEvent(new Event("looks-changed"));
});

document.getElementById("skip").addEventListener("click", (event) => {
	event.preventDefault(); // The address must go on naming the run.
	main.focus();
});

document.getElementById("sign-out").addEventListener("click", async () => {
	await signOut();
	claimDraft(null);
	claimSetup(null);
	location.assign("/"); // Loaded anew: nothing of what was put in is left.
});

addEventListener("hashchange", showAddress);
addEventListener("unhandledrejection", (event) => {
	if (!(event.reason instanceof ApiError && view?.attempt)) return;
	event.preventDefault(); // A refusal that no part of the page has shown.
	view.attempt(() => Promise.reject(event.reason));
});
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
