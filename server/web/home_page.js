/** The first page: say what you want, or choose a job; below, what is under way and what was done last. */

import { el } from "./element.js";
import { t } from "./i18n.js";
import { opening } from "./opening.js";
import { Page } from "./page.js";
import { JOBS } from "./places.js";
import { recentList } from "./recent_list.js";

export class HomePage extends Page {
	constructor() {
		super("home");
	}

	head() {
		return el("p", { class: "lede" }, t("home.lede"));
	}

	body() {
		return [this.#wish(), el("h2", {}, t("app.jobs")), this.#jobs(), recentList(() => this.render())];
	}

	#wish() {
		const input = el("input", { id: "wish", type: "text", required: true, placeholder: t("home.wish") });
		const ask = () => {
			opening.text = input.value;
			location.hash = "#/chat";
		};
		return el("form", { class: "hello sheet", onsubmit: ask }, el("label", { class: "unseen", for: "wish" }, t("home.wish")), input,
			el("button", { class: "button primary" }, t("chat.send")));
	}

	#jobs() {
		return el("ul", { class: "job-cards" }, JOBS.filter(({ name }) => name !== "chat").map(({ name, address }) =>
			el("li", {}, el("a", { class: "job-link sheet", href: address }, el("strong", {}, t(`app.${name}`)), el("span", {}, t(`home.${name}`))))));
	}
}
