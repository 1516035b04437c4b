/** What a task of topics came to: topics with shares and quotations, figures, answers to questions, files. */

import { fileAddress, getRun, getState, readBlob, startRun } from "./api.js";
import { button, el, refill } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { formatNumber, formatShare, t, term } from "./i18n.js";
import { save } from "./download.js";
import { countsTable, groupHeat, sharesPicture, timePicture } from "./topics_figures.js";
import { quotesOf } from "./topics_review.js";

const PAUSE = 300; // Milliseconds between two looks at whether a question is answered.
const MEASURES = ["c_v", "npmi", "diversity", "irbo", "frex", "stability_words", "stability_documents"];

export class TopicsResult {
	element = el("div", { class: "topics-result" });
	#analysis = null;
	#answers = el("div", { id: "topics-answers", "aria-live": "polite" });
	#question = el("input", { id: "topics-question", maxlength: "1000" });

	/** @param {Record<string, any>} result @param {AbortSignal} signal */
	constructor(result, signal) {
		this.result = result;
		this.signal = signal;
	}

	/** Read what figures are drawn from. */
	async open() {
		const { file_id: fileId } = this.result.files.analysis;
		this.#analysis = JSON.parse(await (await readBlob(fileAddress(fileId))).text());
	}

	render() {
		const { topics, measures, warnings, selection } = this.result;
		const names = new Map(topics.map(({ id, label }) => [id, label]));
		const { time, groups } = this.#analysis;
		refill(this.element,
			warnings.length > 0 && el("details", { class: "notes" }, el("summary", {}, t("topics.notes", { n: warnings.length })),
				el("ul", {}, warnings.map(({ message }) => el("li", {}, message)))),
			el("h2", {}, t("topics.found", { n: topics.length })),
			sharesPicture(topics),
			el("ol", { class: "topics-cards" }, topics.map((topic) => this.#card(topic))),
			time && [el("h2", {}, t("topics.over_time")), timePicture(time, names)],
			groups.map((column) => [el("h2", {}, t("topics.by_group", { column: column.column })), groupHeat(column, names)]).flat(),
			el("h2", {}, t("topics.measures")), this.#measures(measures), countsTable(selection),
			el("h2", {}, t("topics.ask")), this.#asking(), this.#answers,
			el("h2", {}, t("topics.downloads")), this.#files());
	}

	#card({ id, label, description, words, share, documents, npmi, quotes }) {
		return el("li", { class: "card", "data-topic": id },
			el("h3", {}, label), description && el("p", {}, description),
			el("p", {}, words.join(" · ")),
			el("p", { class: "muted" }, `${interval(share)} · ${t("topics.documents", { n: formatNumber(documents) })} · NPMI ${formatNumber(npmi)}`),
			quotesOf(quotes));
	}

	#measures(measures) {
		const known = MEASURES.filter((name) => measures[name] != null);
		return el("table", { class: "targets" },
			el("thead", {}, el("tr", {}, ["measure", "here", "chance"].map((name) => el("th", { scope: "col" }, t(`topics.${name}`))))),
			el("tbody", {}, known.map((name) => el("tr", {}, el("th", { scope: "row" }, name.length < 5 ? name.toUpperCase() : t(`topics.${name}`)),
				[measures[name], measures.chance[name]].map((value) => el("td", {}, value == null ? "–" : formatNumber(value)))))));
	}

	#asking() {
		const ask = async (event) => {
			event.preventDefault();
			const question = this.#question.value;
			const shown = el("div", { class: "card" }, el("p", {}, el("strong", {}, question)), el("progress", {}));
			this.#answers.prepend(shown);
			try {
				shown.lastChild.replaceWith(told(await this.#answer(question)));
			} catch (error) {
				if (!this.signal.aborted) shown.lastChild.replaceWith(failurePanel(error));
			}
		};
		this.#question.required = true;
		return el("form", { class: "guideline-form", onsubmit: ask },
			el("label", { for: "topics-question" }, t("topics.question")), this.#question,
			el("button", { id: "topics-ask", class: "button" }, t("topics.ask")));
	}

	async #answer(question) {
		const files = Object.fromEntries(Object.entries(this.result.files).map(([key, { file_id, name }]) => [key, { file_id, name }]));
		const { threadId, runId } = await startRun("topics", { result: files, question });
		for (;;) {
			const { status } = await getRun(threadId, runId, this.signal);
			if (status === "success") return (await getState(threadId, this.signal)).values.answer;
			if (!["pending", "running"].includes(status)) throw new Error(t("topics.no_answer"));
			await new Promise((resolve) => setTimeout(resolve, PAUSE));
		}
	}

	#files() {
		return el("p", { class: "guideline-files" }, Object.entries(this.result.files).map(([key, { file_id: fileId, name }]) =>
			button({ class: "button", "data-file": key, onclick: () => save(fileId, name) }, term("topics_file", key))));
	}
}

function told({ available, text, advice }) {
	return el("p", { class: available ? null : "muted" }, text, !available && ` ${advice}`);
}

/** @param {{mean: number, low: number | null, high: number | null}} share */
const interval = ({ mean, low, high }) => formatShare(mean) + (low == null ? "" : ` (${formatShare(low)} – ${formatShare(high)})`);
