/** What a task of topics came to: topics with shares and quotations, figures, answers to questions, files. */

import { getState, readBytes, readText, startRun } from "./api.js";
import { Archive } from "./archive.js";
import { button, el, labelled, refill, table } from "./element.js";
import { failureOf, failurePanel } from "./failure_panel.js";
import { figure } from "./figure.js";
import { formatNumber, t, term } from "./i18n.js";
import { save } from "./download.js";
import { followRun } from "./run_feed.js";
import { countsPicture, groupHeat, rangeOf, sharesPicture, timePicture } from "./topics_figures.js";
import { documentMap, hierarchyPicture, similarityPicture } from "./topics_map.js";
import { quotesOf } from "./topics_review.js";

const MEASURES = ["c_v", "npmi", "diversity", "irbo", "frex", "stability_words", "stability_documents"];

export class TopicsResult {
	element = el("div", { class: "topics-result" });
	#analysis = null;
	/** @type {Promise<Archive> | null} The report, if one was wanted: it has the tables of all figures. */ #report = null;
	#answers = el("div", { id: "topics-answers", "aria-live": "polite" });
	#question = el("input", { id: "topics-question", maxlength: "1000" });

	/** @param {Record<string, any>} result @param {AbortSignal} signal */
	constructor(result, signal) {
		this.result = result;
		this.signal = signal;
	}

	/** Read what figures are drawn from. */
	async open() {
		const { analysis, report } = this.result.files;
		this.#report = report && readBytes(report.file_id, this.signal).then((bytes) => new Archive(bytes));
		this.#analysis = JSON.parse(await readText(analysis.file_id, this.signal));
	}

	render() {
		const { topics, measures, warnings, selection } = this.result;
		const names = new Map(topics.map(({ id, label }) => [id, label]));
		const { time, groups, map } = this.#analysis;
		const drawn = (name, title, ...content) => figure(this.#report, name, title, ...content);
		refill(this.element,
			warnings.length > 0 && el("details", { class: "notes" }, el("summary", {}, t("topics.notes", { n: warnings.length })),
				el("ul", {}, warnings.map(({ message }) => el("li", {}, message)))),
			drawn("topic_shares", t("topics.found", { n: topics.length }), sharesPicture(topics)),
			drawn("topic_words", null, el("ol", { class: "topics-cards" }, topics.map((topic) => this.#card(topic)))),
			time && drawn("shares_over_time", t("topics.over_time"), timePicture(time, names)),
			groups.map((column, at) => drawn(`shares_by_group_${at + 1}`, t("topics.by_group", { column: column.column }), ...groupHeat(column, names))),
			topics.length > 1 && drawn("similarity", t("topics.similarity"), similarityPicture(this.#analysis, names)),
			topics.length > 2 && this.#report && drawn("hierarchy", t("topics.hierarchy"), this.#hierarchy(names)),
			map && drawn("document_map", t("topics.map"), ...documentMap(this.#analysis, names)),
			el("h2", {}, t("topics.measures")), this.#measures(measures),
			drawn("number_of_topics", null, ...this.#counts(selection)),
			el("h2", {}, t("topics.ask")), this.#asking(), this.#answers,
			el("h2", {}, t("app.files")), this.#files());
	}

	#card({ id, label, description, words, share, documents, npmi, quotes }) {
		return el("li", { class: "card", "data-topic": id },
			el("h3", {}, label), description && el("p", {}, description),
			el("p", {}, words.join(" · ")),
			el("p", { class: "muted" }, `${rangeOf({ share: share.mean, ...share })} · ${t("topics.documents", { n: formatNumber(documents) })} · NPMI ${formatNumber(npmi)}`),
			quotesOf(quotes));
	}

	#hierarchy(names) {
		const place = el("div", {}, el("progress", { "aria-label": t("topics.hierarchy") }));
		this.#report.then((archive) => hierarchyPicture(archive, names)).then((picture) => refill(place, picture), (error) => refill(place, failurePanel(error)));
		return place;
	}

	/** The numbers of topics that were tried, and why one was chosen. */
	#counts(selection) {
		const reasons = new Set([selection.reason, selection.model_reason].filter(Boolean));
		return [el("h3", {}, t("topics.counts")), ...countsPicture(selection) ?? [], ...[...reasons].map((why) => el("p", { class: "muted" }, why))];
	}

	#measures(measures) {
		const known = MEASURES.filter((name) => measures[name] != null);
		const number = (value) => (value == null ? "–" : formatNumber(value));
		return el("div", { class: "targets" }, table(["measure", "here", "chance"].map((name) => t(`topics.${name}`)), known.map((name) =>
			[name.length < 5 ? name.toUpperCase() : t(`topics.${name}`), number(measures[name]), number(measures.chance[name])])));
	}

	#asking() {
		const ask = async () => {
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
			labelled(t("topics.question"), this.#question),
			el("button", { id: "topics-ask", class: "button" }, t("topics.ask")));
	}

	async #answer(question) {
		const files = Object.fromEntries(Object.entries(this.result.files).map(([key, { file_id, name }]) => [key, { file_id, name }]));
		const { threadId, runId } = await startRun("topics", { result: files, question });
		let failure = { message: t("topics.no_answer") };
		for await (const { type, data } of followRun(threadId, runId, this.signal)) if (type === "error") failure = failureOf(data);
		const { answer } = (await getState(threadId, this.signal)).values;
		if (!answer) throw failure;
		return answer;
	}

	#files() {
		return el("p", { class: "actions guideline-files" }, Object.entries(this.result.files).map(([key, { file_id: fileId, name }]) =>
			button({ class: "button", "data-file": key, onclick: () => save(fileId, name) }, term("topics_file", key))));
	}
}

function told({ available, text, advice }) {
	return el("p", { class: available ? null : "muted" }, text, !available && ` ${advice}`);
}
