/** Topics of a corpus: one's tasks and a form, then how far a task is, what it asks, and what it came to. */

import { announce } from "./announcer.js";
import { askTopics, uploadFile } from "./api.js";
import { button, el, refill } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { t, term } from "./i18n.js";
import { TopicsResult } from "./topics_result.js";
import { TopicsReview } from "./topics_review.js";

const PAUSE = 700; // Milliseconds between two questions of how far it is.
const UNDER_WAY = ["pending", "running"];
const KINDS = ".csv,.tsv,.xlsx,.xls,.ods,.json,.jsonl,.parquet,.txt,.md,.pdf,.docx,.html";

export class TopicsPage {
	element = el("div", { class: "run topics" });
	#task = null;
	#tasks = [];
	#failure = null;
	/** @type {TopicsReview | TopicsResult | null} */ #view = null;
	#leaving = new AbortController();
	#bar = el("div", { class: "panel-tools" });
	// Made once, so that what was chosen outlives a render.
	#files = el("input", { id: "topics-files", type: "file", required: true, multiple: true, accept: KINDS });
	#asks = el("input", { id: "topics-confirm", type: "checkbox", checked: true });

	/** @param {string | undefined} taskId */
	constructor(taskId) {
		this.taskId = taskId;
	}

	open() {
		this.render();
		this.#try(async () => {
			if (this.taskId) await this.#follow();
			else this.#tasks = (await askTopics("?limit=20", "GET", undefined, this.#leaving.signal)).tasks;
		});
	}

	close() {
		this.#leaving.abort();
	}

	render() {
		const title = this.#task?.name || t("topics.title");
		document.title = `${title} · Scriptorium`;
		this.#view?.render();
		refill(this.element,
			el("header", { class: "page-head" }, el("h1", { tabindex: "-1" }, title)),
			this.#failure && failurePanel(this.#failure, el("a", { class: "button", href: "#/topics" }, t("topics.back"))),
			!this.taskId && [this.#form(), this.#list()],
			this.#bar,
			this.#view?.element);
		this.#showTask();
	}

	#form() {
		const send = (event) => {
			event.preventDefault();
			this.#try(async () => {
				const chosen = [...this.#files.files];
				const datasets = [];
				for (const file of chosen) datasets.push(await uploadFile(file));
				const { task_id: taskId } = await askTopics("", "POST", { name: chosen[0].name, datasets, confirm: this.#asks.checked });
				location.hash = `#/topics/${taskId}`;
			});
		};
		return el("form", { class: "guideline-form", onsubmit: send },
			el("label", { for: "topics-files" }, t("topics.files")), this.#files,
			el("label", {}, this.#asks, " ", t("topics.confirm")),
			el("button", { id: "topics-send", class: "button primary" }, t("topics.send")));
	}

	#list() {
		return this.#tasks.length > 0 && el("section", { class: "recent", "aria-label": t("topics.yours") }, el("h2", {}, t("topics.yours")),
			el("ul", {}, this.#tasks.map(({ task_id: id, name, status }) =>
				el("li", {}, el("a", { href: `#/topics/${id}` }, name || id), el("small", {}, term("topics", status))))));
	}

	async #follow() {
		const { signal } = this.#leaving;
		do {
			if (this.#task) await new Promise((resolve) => setTimeout(resolve, PAUSE));
			this.#task = await askTopics(`/${this.taskId}`, "GET", undefined, signal);
			this.#showTask();
		} while (UNDER_WAY.includes(this.#task.status) && !signal.aborted);
		const { status, review, error } = this.#task;
		if (status === "failed") this.#failure = error;
		if (status === "waiting") this.#view = new TopicsReview(review, (answer) => this.#answer(answer));
		if (status === "completed") {
			this.#view = new TopicsResult(await askTopics(`/${this.taskId}/results`, "GET", undefined, signal), signal);
			await this.#view.open();
		}
		announce(t(`topics.${status}`));
	}

	#answer(answer) {
		return this.#try(async () => {
			await askTopics(`/${this.taskId}/answer`, "POST", answer);
			this.#view = null;
			this.render();
			await this.#follow();
		});
	}

	async #try(work) {
		this.#failure = null;
		try {
			await work();
		} catch (error) {
			if (this.#leaving.signal.aborted) return;
			this.#failure = error;
		}
		if (!this.#leaving.signal.aborted) this.render();
	}

	#showTask() {
		if (!this.#task) return;
		const { status, current_step: stage, progress } = this.#task;
		const cancel = () => askTopics(`/${this.taskId}/cancel`, "POST").catch((error) => {
			this.#failure = error;
			this.render();
		});
		refill(this.#bar,
			el("span", { id: "topics-status", role: "status" }, t(`topics.${status}`), stage && UNDER_WAY.includes(status) && ` · ${term("topics_stage", stage)}`),
			UNDER_WAY.includes(status) && [el("progress", { max: "100", value: progress, "aria-label": stage ?? status }),
				button({ id: "topics-cancel", class: "button", onclick: cancel }, t("topics.cancel"))]);
	}
}
