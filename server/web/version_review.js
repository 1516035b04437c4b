/** What a reviewer says of a version for patients that a safety gate holds back: other words, notes, a verdict. */

import { button, el, labelled } from "./element.js";
import { problemList } from "./failure_panel.js";
import { t } from "./i18n.js";

export class VersionReview {
	/** @type {Record<string, string>} New texts by sentence. */ #edits = {};
	// Made once, so that what was put in outlives a render.
	#reviewer = el("input", { id: "reviewer", required: true, maxlength: "200" });
	#notes = el("textarea", { id: "review-notes", rows: "2", maxlength: "5000" });
	#answer;

	/** @param {(verdict: object) => void} answer */
	constructor(answer) {
		this.#answer = answer;
	}

	/** A sentence that can be put otherwise. */
	words(id, text) {
		const area = el("textarea", { rows: "2", "aria-label": text, oninput: () => { this.#edits[id] = area.value; } });
		area.value = this.#edits[id] ?? text;
		return area;
	}

	/** Who decides, and what. @param {{id: string, text: string}[]} sentences Of the version, as they are. */
	form(sentences) {
		const decide = (decision) => {
			const edits = Object.fromEntries(sentences.map(({ id, text }) => [id, this.#edits[id], text])
				.filter(([, words, text]) => words?.trim() && words !== text));
			this.#answer({ decision, reviewer: this.#reviewer.value, notes: this.#notes.value, edits });
		};
		return el("form", { class: "guideline-form", onsubmit: () => decide("approve") },
			labelled(t("guideline.reviewer"), this.#reviewer), labelled(t("guideline.notes"), this.#notes),
			el("div", { class: "panel-tools" }, el("button", { id: "approve", class: "button" }, t("guideline.approve")),
				button({ id: "reject", class: "button", onclick: () => this.#reviewer.reportValidity() && decide("reject") }, t("guideline.reject"))));
	}
}

/** A version that a run asks about, with what the gates object to and the guideline's own words for it.
 * @param {{items: Record<string, any>[], sentences: {id: string, text: string}[], problems: string[]}} asked @param {(verdict: object) => void} answer */
export function heldVersion({ items, sentences, problems }, answer) {
	const review = new VersionReview(answer);
	const fault = (words) => el("p", { class: "fault" }, words);
	const told = ({ message, source_text: source }) => [fault(message), source && el("q", {}, source)];
	const about = (id) => items.filter(({ sentence }) => (sentence || null) === id);
	return el("section", { class: "card ask", "data-subject": "version" },
		el("p", { class: "ask-title" }, t("guideline.waiting_review")), problemList(problems), about(null).flatMap(told),
		sentences.map(({ id, text }) => [...about(id).flatMap(told), review.words(id, text)]).flat(),
		review.form(sentences));
}
