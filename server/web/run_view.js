/** One run: how far it is, then what it found. */

import { announce } from "./announcer.js";
import { ApiError, getState, readText } from "./api.js";
import { el, refill } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { formatDuration, formatInstant, formatNumber, t, term } from "./i18n.js";
import { Novel, resultOf } from "./novel.js";
import { ProgressView } from "./progress_view.js";
import { noteStatus, recentRun } from "./recent_runs.js";
import { ResultView } from "./result_view.js";
import { followRun } from "./run_feed.js";
import { RunProgress } from "./run_progress.js";
/** @import {Run} from "./api.js" */
/** @import {Failure} from "./failure_panel.js" */

const OFFLINE = "offline"; // The mode of a result, and what the code of its warning begins with.

export class RunView {
	element = el("div", { class: "run" });
	#progress = new RunProgress();
	#progressView = new ProgressView(this.#progress);
	/** @type {Run | null} */ #run = null;
	/** @type {Failure | null} */ #failure = null;
	/** @type {{isOpen: boolean, retrySeconds: number}} */ #connection = { isOpen: true, retrySeconds: 0 };
	/** @type {ResultView | null} */ #result = null;
	#leaving = new AbortController();
	#clock = 0;
	#frame = 0;

	/** @param {string} threadId @param {string} runId @param {string} tab */
	constructor(threadId, runId, tab) {
		this.threadId = threadId;
		this.runId = runId;
		this.tab = tab;
	}

	open() {
		this.render();
		this.#clock = setInterval(() => this.#showElapsed(), 1000);
		this.#follow();
	}

	close() {
		this.#leaving.abort();
		clearInterval(this.#clock);
		cancelAnimationFrame(this.#frame);
		this.#result?.close();
	}

	/** @param {string} tab */
	selectTab(tab) {
		this.tab = tab;
		this.#result?.selectTab(tab);
	}

	render() {
		const title = recentRun(this.runId)?.title || t("run.untitled");
		document.title = `${title} · Scriptorium`;
		this.status = el("p", { class: "run-meta" });
		this.banners = el("div", { class: "banners" });
		this.stageFold = el("details", { class: "stage-fold", open: !this.#result && !this.#failure },
			el("summary", {}, t("progress.title")), this.#progressView.element);
		this.#progressView.render();
		this.#result?.render();
		refill(this.element,
			el("header", { class: "page-head" }, el("h1", { tabindex: "-1" }, title), this.status, this.#progressView.expected),
			this.banners,
			this.#result?.element,
			(!this.#result || this.#hasStages) && this.stageFold);
		this.#showStatus();
		this.#showBanners();
	}

	/** Whether this page saw the run at work; a run opened after its end has only its result. */
	get #hasStages() {
		return this.#progress.stages.some((stage) => stage.state === "done");
	}

	async #follow() {
		const { signal } = this.#leaving;
		try {
			for await (const item of followRun(this.threadId, this.runId, signal)) this.#apply(item);
			await this.#finish(signal);
		} catch (error) {
			if (signal.aborted) return;
			this.#fail(error);
			if (!(error instanceof ApiError)) throw error;
		}
	}

	#apply({ type, data }) {
		if (type === "run") this.#run = data;
		else if (type === "connection") this.#connection = data;
		else if (type === "error") this.#failure = { message: data.message, code: data.code ?? data.error, hint: data.hint };
		else if (type === "custom") this.#progress.apply(data);
		this.#frame ||= requestAnimationFrame(() => {
			this.#frame = 0;
			this.#progressView.update();
			this.#showStatus();
			this.#showBanners();
		});
	}

	async #finish(signal) {
		noteStatus(this.runId, this.#run.status);
		if (this.#run.status !== "success") {
			return this.#fail(this.#failure ?? { code: this.#run.status, message: t("run.ended", { status: term("status", this.#run.status) }) });
		}
		const result = resultOf((await getState(this.threadId, signal)).values);
		const novel = new Novel(result, await readText(result.text_file_id, signal));
		this.#progress.finish();
		this.#result = new ResultView(novel, { runId: this.runId, tab: this.tab, address: `#/runs/${this.threadId}/${this.runId}` });
		this.render();
		announce(t("run.finished", { characters: novel.result.characters.length, quotes: novel.quotes.length }));
	}

	#fail(failure) {
		this.#failure = failure;
		this.render();
	}

	#showStatus() {
		if (!this.#run) return void refill(this.status, t("run.opening"));
		const { status, created_at: created } = this.#run;
		refill(this.status,
			el("span", { class: `status status-${status}` }, term("status", status)),
			el("span", {}, t("run.started", { time: formatInstant(created) })),
			el("span", {}, t("run.elapsed"), " ", el("span", { class: "elapsed", role: "timer" })),
			this.#result && this.#modelUse(this.#result.novel.result.statistics));
		this.#showElapsed();
	}

	#modelUse({ model, input_tokens: input, output_tokens: output }) {
		return model && el("span", {}, t("run.model", { model, input: formatNumber(input), output: formatNumber(output) }));
	}

	#showElapsed() {
		const elapsed = this.status.querySelector(".elapsed");
		if (!elapsed) return;
		const { status, created_at: created, updated_at: updated } = this.#run;
		const isOver = status !== "pending" && status !== "running";
		elapsed.textContent = formatDuration((isOver ? Date.parse(updated) : Date.now()) - Date.parse(created));
	}

	#showBanners() {
		const warnings = this.#result?.novel.result.warnings ?? this.#progress.warnings;
		const isOffline = this.#result?.novel.result.mode === OFFLINE || warnings.some(({ code }) => code.startsWith(OFFLINE));
		const others = warnings.filter(({ code }) => !code.startsWith(OFFLINE));
		refill(this.banners,
			!this.#connection.isOpen && el("p", { class: "banner" }, t("run.reconnecting", { seconds: this.#connection.retrySeconds })),
			isOffline && el("p", { class: "banner offline" }, el("strong", {}, t("run.offline")), " ", t("run.offline_meaning")),
			others.length > 0 && warningList(others),
			this.#failure && failurePanel(this.#failure, el("a", { class: "button", href: "#/novels" }, t("run.back_to_form"))));
	}
}

function warningList(warnings) {
	return el("details", { class: "banner warnings" },
		el("summary", {}, t("run.warnings", { n: warnings.length })),
		el("ul", {}, warnings.map(({ code, message }) => el("li", {}, message, " ", el("code", {}, code)))));
}
