/** Novels: choose a job, give it a text, start it. */

import { listGraphs, startRun } from "./api.js";
import { draft, saveDraft } from "./draft.js";
import { el, refill } from "./element.js";
import { t, term } from "./i18n.js";
import { optionFields } from "./option_fields.js";
import { Page } from "./page.js";
import { recentList, TRANSLATING } from "./recent_list.js";
import { rememberRun } from "./recent_runs.js";
import { TextSheet } from "./text_sheet.js";

const ACCEPTED = ".txt,.md,.epub,.docx";
const ELSEWHERE = new Set([...TRANSLATING, "assistant", "dialogue", "guideline", "video", "audiobook", "topics"]); // They have pages of their own, or want a film.

export class RunForm extends Page {
	/** @type {import("./api.js").Graph[]} */ #graphs = [];
	#sheet = new TextSheet(draft, "form", ACCEPTED, saveDraft);

	constructor() {
		super("form");
	}

	async load() {
		this.#graphs = (await listGraphs()).filter(({ graph_id: id }) => !ELSEWHERE.has(id));
		if (!this.#graphs.some((graph) => graph.graph_id === draft.graphId)) draft.graphId = this.#graphs[0]?.graph_id;
	}

	head() {
		return el("p", { class: "lede" }, t("form.lede"));
	}

	body() {
		const send = () => this.#sheet.send(() => this.attempt(() => this.#start()));
		this.jobs = el("fieldset", { class: "jobs" });
		this.#sheet.render();
		return [
			el("form", { class: "run-form", novalidate: true, onsubmit: send }, this.#sheet.element, el("div", { class: "form-side" }, this.jobs, optionFields())),
			recentList(() => this.render()),
		];
	}

	update() {
		this.jobs.hidden = this.#graphs.length < 2;
		refill(this.jobs, el("legend", {}, t("col.job")), this.#graphs.map((graph) => el("label", { class: "job" },
			el("input", {
				type: "radio", name: "graph", value: graph.graph_id, checked: graph.graph_id === draft.graphId,
				onchange: () => { draft.graphId = graph.graph_id; saveDraft(); },
			}),
			el("span", { class: "job-title" }, term("job_title", graph.graph_id, graph.title)),
			el("small", {}, term("job", graph.graph_id, graph.description)))));
	}

	async #start() {
		const { graphId, language, options } = draft;
		const run = await startRun(graphId, { ...await this.#sheet.source(), language, options });
		rememberRun({ ...run, title: this.#sheet.title, graphId });
		location.hash = `#/runs/${run.threadId}/${run.runId}`;
	}
}
