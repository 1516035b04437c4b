/** The first page: choose a job, give it a text, start it. */

import { announce } from "./announcer.js";
import { ApiError, listGraphs, startRun, uploadFile } from "./api.js";
import { draft, saveDraft } from "./draft.js";
import { button, el, refill } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { formatSize, t, term } from "./i18n.js";
import { optionFields } from "./option_fields.js";
import { recentList, TRANSLATING } from "./recent_list.js";
import { rememberRun } from "./recent_runs.js";
/** @import {Graph} from "./api.js" */
/** @import {Failure} from "./failure_panel.js" */

const ACCEPTED = ".txt,.md,.epub,.docx";
const ELSEWHERE = new Set([...TRANSLATING, "assistant", "dialogue", "guideline", "video", "audiobook", "topics"]); // They have pages of their own, or want a film.
const TITLE_LENGTH = 60; // characters of a pasted text that name its run

export class RunForm {
	element = el("div", { class: "home" });
	/** @type {Graph[]} */ #graphs = [];
	/** @type {Failure | null} */ #failure = null;
	#isBusy = false;

	open() {
		this.render();
		this.#loadGraphs();
	}

	close() {}

	render() {
		document.title = `${t("app.novels")} · Scriptorium`;
		refill(this.element,
			el("header", { class: "page-head" },
				el("h1", { tabindex: "-1" }, t("form.title")),
				el("p", { class: "lede" }, t("form.lede"))),
			el("form", { class: "run-form", novalidate: true, onsubmit: (event) => this.#submit(event) },
				el("div", {}, this.#sheet(), el("div", { class: "form-failure" }, this.#failure && failurePanel(this.#failure))),
				el("div", { class: "form-side" }, this.#jobs(), optionFields())),
			recentList(() => this.render()));
		this.#showBusy();
	}

	async #loadGraphs() {
		try {
			this.#graphs = (await listGraphs()).filter(({ graph_id: id }) => !ELSEWHERE.has(id));
			if (!this.#graphs.some((graph) => graph.graph_id === draft.graphId)) draft.graphId = this.#graphs[0]?.graph_id;
			this.element.querySelector(".jobs")?.replaceWith(this.#jobs());
		} catch (error) {
			this.#fail(error);
		}
	}

	#jobs() {
		return el("fieldset", { class: "jobs", hidden: this.#graphs.length < 2 },
			el("legend", {}, t("form.job")),
			this.#graphs.map((graph) => el("label", { class: "job" },
				el("input", {
					type: "radio", name: "graph", value: graph.graph_id, checked: graph.graph_id === draft.graphId,
					onchange: () => { draft.graphId = graph.graph_id; saveDraft(); },
				}),
				el("span", { class: "job-title" }, term("job_title", graph.graph_id, graph.title)),
				el("small", {}, term("job", graph.graph_id, graph.description)))));
	}

	#sheet() {
		return el("div", {
			class: "sheet",
			ondragover: (event) => this.#offerTarget(event),
			ondragleave: (event) => event.currentTarget.classList.remove("is-target"),
			ondrop: (event) => this.#drop(event),
		}, draft.file ? this.#chosenFile(draft.file) : this.#textArea(), this.#sheetFoot());
	}

	/** Dragged words go into the text area by themselves; only files are caught. */
	#offerTarget(event) {
		if (!event.dataTransfer.types.includes("Files")) return;
		event.preventDefault();
		event.currentTarget.classList.add("is-target");
	}

	#drop(event) {
		const [file] = event.dataTransfer.files;
		if (!file) return;
		event.preventDefault();
		this.#choose(file);
	}

	#textArea() {
		const area = el("textarea", {
			id: "text", class: "book-text", rows: "14", spellcheck: "false", "aria-label": t("form.text"), placeholder: t("form.placeholder"),
			oninput: () => { draft.text = area.value; saveDraft(); },
		});
		area.value = draft.text;
		return area;
	}

	#chosenFile(file) {
		return el("div", { class: "chosen-file" },
			el("p", { class: "file-name" }, file.name),
			el("small", {}, formatSize(file.size)),
			button({ class: "button", onclick: () => this.#choose(null) }, t("form.remove_file")));
	}

	#sheetFoot() {
		const input = el("input", {
			id: "file", class: "unseen", type: "file", accept: ACCEPTED, onchange: (event) => this.#choose(event.target.files[0] ?? null),
		});
		return el("div", { class: "sheet-foot" },
			el("span", { class: "file-choice" }, input, el("label", { class: "button", for: "file" }, t("form.choose_file"))),
			el("span", { class: "muted" }, t("form.file_hint")),
			!draft.file && button({ class: "quiet clear", onclick: () => this.#clearText() }, t("form.clear")),
			el("button", { id: "start", class: "button primary", type: "submit" }));
	}

	#choose(file) {
		draft.file = file;
		this.#failure = null;
		this.render();
		this.element.querySelector(file ? "#start" : "#text").focus();
		if (file) announce(t("form.file_chosen", { name: file.name }));
	}

	#clearText() {
		draft.text = "";
		saveDraft();
		this.render();
		this.element.querySelector("#text").focus();
	}

	async #submit(event) {
		event.preventDefault();
		if (this.#isBusy) return;
		this.#setBusy(true);
		try {
			const run = await this.#start();
			location.hash = `#/runs/${run.threadId}/${run.runId}`;
		} catch (error) {
			this.#fail(error);
		} finally {
			this.#setBusy(false);
		}
	}

	async #start() {
		const title = draft.file?.name ?? draft.text.trim().split("\n")[0].slice(0, TITLE_LENGTH);
		const source = draft.file ? { file_id: await uploadFile(draft.file) } : { text: draft.text };
		const run = await startRun(draft.graphId, { ...source, language: draft.language, options: draft.options });
		rememberRun({ ...run, title, graphId: draft.graphId, startedAt: new Date().toISOString(), status: "" });
		return run;
	}

	#setBusy(isBusy) {
		this.#isBusy = isBusy;
		if (isBusy) this.#showFailure(null);
		this.#showBusy();
	}

	#showBusy() {
		const button = this.element.querySelector("#start");
		button.setAttribute("aria-disabled", String(this.#isBusy)); // Not disabled: that would lose the focus.
		button.textContent = t(this.#isBusy ? "form.starting" : "form.start");
	}

	#fail(error) {
		if (error instanceof Error && !(error instanceof ApiError)) throw error;
		this.#showFailure(error);
	}

	#showFailure(failure) {
		this.#failure = failure;
		const panel = failure && failurePanel(failure);
		refill(this.element.querySelector(".form-failure"), panel);
		panel?.scrollIntoView({ block: "nearest" });
	}
}
