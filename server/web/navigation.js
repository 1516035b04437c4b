/** The way to every page: a column at the left, on narrow screens behind a button. */

import { el, refill } from "./element.js";
import { t } from "./i18n.js";
import { JOBS, SERVICE, WORKSPACE } from "./places.js";
import { tokens } from "./session.js";

const GROUPS = { jobs: JOBS, workspace: WORKSPACE, service: SERVICE };
const menu = document.getElementById("menu");
const navigation = document.getElementById("navigation");

/** @param {boolean} isOpen On narrow screens. */
function setOpen(isOpen) {
	menu.setAttribute("aria-expanded", String(isOpen));
	document.querySelector(".masthead").classList.toggle("is-open", isOpen);
}

/** @param {boolean} hasAccounts Whether people sign in here. */
export function showNavigation(hasAccounts) {
	const isAdmin = tokens()?.user_info.role === "admin";
	navigation.hidden = menu.hidden = hasAccounts && !tokens();
	refill(navigation, Object.entries(GROUPS).map(([name, places]) => el("section", { "aria-labelledby": `nav-${name}` },
		el("h2", { id: `nav-${name}` }, t(`app.${name}`)),
		el("ul", {}, places.filter((place) => isAdmin || place.name !== "users").map((place) =>
			el("li", {}, el("a", { href: place.address }, t(`app.${place.name}`))))))));
	setOpen(false);
	markCurrent();
}

/** Say which page is shown: also of a run's, by its job. */
function markCurrent() {
	const here = location.hash.replace(/^#\/(runs|translations|progress)\b/, (whole, kind) =>
		({ runs: "#/novels", translations: "#/translate", progress: "#/history" })[kind] ?? whole);
	for (const link of navigation.querySelectorAll("a")) {
		const isHere = here === link.getAttribute("href") || here.startsWith(`${link.getAttribute("href")}/`);
		if (isHere) link.setAttribute("aria-current", "page");
		else link.removeAttribute("aria-current");
	}
}

menu.addEventListener("click", () => setOpen(menu.getAttribute("aria-expanded") !== "true"));
navigation.addEventListener("click", (event) => { if (event.target.closest("a")) setOpen(false); });
addEventListener("keydown", (event) => {
	if (event.key !== "Escape" || menu.getAttribute("aria-expanded") !== "true") return;
	setOpen(false);
	menu.focus();
});
