/** Guidelines for patients: a form, then how far a task is, then the guideline's words beside the version's. */

import { answerReview, getGuidelineTask, getState, sendGuideline } from "./api.js";
import { button, el, refill } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { formatNumber, t } from "./i18n.js";
import { save } from "./download.js";

const PAUSE = 700; // Milliseconds between two questions of how far it is.
const ENDED = ["completed", "failed", "cancelled"];

export class GuidelinePage {
	element = el("div", { class: "run guideline" });
	#task = null;
	#values = null;
	#failure = null;
	#shown = null;
	/** @type {Record<string, string>} New texts by sentence. */ #edits = {};
	#leaving = new AbortController();
	// Made once, so that what was chosen outlives a render.
	#file = el("input", { id: "guideline-file", type: "file", required: true, accept: ".pdf,.docx,.html,.htm,.md,.txt" });

	/** @param {string | undefined} taskId */
	constructor(taskId) {
		this.taskId = taskId;
	}

	open() {
		this.render();
		if (this.taskId) this.#follow();
	}

	close() {
		this.#leaving.abort();
	}

	render() {
		const title = this.#task?.title ?? t("guideline.title");
		document.title = `${title} · Scriptorium`;
		refill(this.element,
			el("header", { class: "page-head" }, el("h1", { tabindex: "-1" }, title)),
			this.#failure && failurePanel(this.#failure, el("a", { class: "button", href: "#/guidelines" }, t("run.back_to_form"))),
			!this.taskId && this.#form(),
			this.#task && this.#progress(),
			this.#values && this.#both(),
			this.#task?.status === "waiting_review" && this.#review(),
			this.#task?.status === "completed" && this.#export());
	}

	#form() {
		const file = this.#file;
		const mode = el("select", { id: "guideline-mode" }, ["slow", "fast", "thorough"].map((name) => el("option", { value: name }, t(`guideline.mode_${name}`))));
		const send = async (event) => {
			event.preventDefault();
			try {
				const { task_id: taskId } = await sendGuideline(file.files[0], { processing_mode: mode.value });
				location.hash = `#/guidelines/${taskId}`;
			} catch (error) {
				this.#failure = error;
				this.render();
			}
		};
		return el("form", { class: "guideline-form", onsubmit: send },
			el("label", { for: "guideline-file" }, t("guideline.file")), file,
			el("label", { for: "guideline-mode" }, t("guideline.mode")), mode,
			el("button", { id: "guideline-send", class: "button" }, t("guideline.send")));
	}

	async #follow() {
		const { signal } = this.#leaving;
		try {
			do {
				if (this.#task) await new Promise((resolve) => setTimeout(resolve, PAUSE));
				this.#task = await getGuidelineTask(this.taskId, signal);
				if (!this.#isAtRest) this.render();
			} while (!this.#isAtRest && !signal.aborted);
			if (this.#task.error) this.#failure = this.#task.error;
			else if (this.#task.status !== "cancelled") this.#values = (await getState(this.taskId, signal)).values;
		} catch (error) {
			if (signal.aborted) return;
			this.#failure = error;
		}
		this.render();
	}

	get #isAtRest() {
		return [...ENDED, "waiting_review"].includes(this.#task.status);
	}

	#progress() {
		const { status, release, progress_percentage: done, current_node: stage, quality_score: score } = this.#task;
		return el("div", { class: "guideline-status" },
			el("p", { role: "status", id: "guideline-status" }, t(`guideline.${status}`), release && ` · ${t(`guideline.release_${release}`)}`,
				score != null && ` · ${t("guideline.score", { share: formatNumber(Math.round(100 * score)) })}`),
			!this.#isAtRest && el("progress", { max: "100", value: done, "aria-label": stage ?? status }));
	}

	/** The guideline's passages on the left, the version on the right: one shows where the other comes from. */
	#both() {
		const { records, version, findings } = this.#values;
		const passages = records.recommendations
			.flatMap((one) => [{ id: one.id, text: one.quote, page: one.page }, ...one.contraindications, ...one.red_flags])
			.concat(records.passages);
		const faults = (id) => findings.filter(({ sentence }) => sentence === id);
		this.sources = passages.map(({ id, text, page }) => this.#linked([id], el("q", {}, text), el("small", {}, t("guideline.page", { page }))));
		this.sentences = version.sections.flatMap((section) => [
			el("h3", {}, section.heading),
			...section.sentences.map((one) => this.#linked(one.sources, this.#words(one),
				faults(one.id).map(({ message }) => el("p", { class: "fault" }, message)))),
		]);
		const rest = findings.filter(({ sentence }) => !sentence);
		return el("div", { class: "guideline-both" },
			el("section", { "aria-label": t("guideline.source") }, el("h2", {}, t("guideline.source")), this.sources),
			el("section", { "aria-label": t("guideline.version") }, el("h2", {}, t("guideline.version")), this.sentences),
			el("section", { class: "gates" }, el("h2", {}, t("guideline.gates")),
				el("p", {}, Object.entries(this.#values.quality.gates).map(([gate, count]) => `${gate}: ${count}`).join(" · ")),
				el("ul", {}, rest.map(({ message }) => el("li", {}, message)))));
	}

	#words(sentence) {
		if (this.#task.status !== "waiting_review") return el("p", {}, sentence.text);
		const area = el("textarea", { rows: "2", "aria-label": sentence.id, oninput: () => { this.#edits[sentence.id] = area.value; } });
		area.value = this.#edits[sentence.id] ?? sentence.text;
		return area;
	}

	#linked(ids, ...children) {
		const show = () => this.#show(ids);
		const node = el("div", { class: "linked", tabindex: "0", "data-sources": ids.join(" "), onclick: show, onfocusin: show }, ...children);
		return node;
	}

	#show(ids) {
		for (const node of this.element.querySelectorAll(".linked")) {
			node.classList.toggle("is-shown", node.dataset.sources.split(" ").some((id) => id && ids.includes(id)));
		}
	}

	#review() {
		const reviewer = el("input", { id: "reviewer", required: true, maxlength: "200" });
		const notes = el("textarea", { id: "review-notes", rows: "2", maxlength: "5000" });
		const decide = async (decision) => {
			const known = new Map(this.#values.version.sections.flatMap((section) => section.sentences.map((one) => [one.id, one.text])));
			const edits = Object.fromEntries(Object.entries(this.#edits).filter(([id, text]) => text.trim() && text !== known.get(id)));
			try {
				await answerReview(this.taskId, { decision, reviewer: reviewer.value, notes: notes.value, edits });
				this.#task = this.#values = this.#failure = null;
				this.#edits = {};
				await this.#follow();
			} catch (error) {
				this.#failure = error;
				this.render();
			}
		};
		return el("form", { class: "guideline-form", onsubmit: (event) => { event.preventDefault(); decide("approve"); } },
			el("label", { for: "reviewer" }, t("guideline.reviewer")), reviewer,
			el("label", { for: "review-notes" }, t("guideline.notes")), notes,
			el("button", { id: "approve", class: "button" }, t("guideline.approve")),
			button({ id: "reject", class: "button", onclick: () => { if (reviewer.reportValidity()) decide("reject"); } }, t("guideline.reject")));
	}

	#export() {
		return el("p", { class: "guideline-files" }, this.#task.output_files.map(({ file_id: fileId, name, format, language }) =>
			button({ class: "button", onclick: () => save(fileId, name) }, `${format} (${language})`)));
	}
}
