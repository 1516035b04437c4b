/** One run: how far it is, then what it found. */

import { announce } from "./announcer.js";
import { readText } from "./api.js";
import { el, refill } from "./element.js";
import { formatInstant, formatNumber, t } from "./i18n.js";
import { Novel, resultOf } from "./novel.js";
import { ResultView, TABS } from "./result_view.js";
import { RunPage } from "./run_page.js";
import { duration, statusMark } from "./status_mark.js";

const OFFLINE = "offline"; // The mode of a result, and what the code of its warning begins with.

export class RunView extends RunPage {
	/** @type {ResultView | null} */ #result = null;
	#clock = 0;

	constructor(threadId, runId, tab = "") {
		super(threadId, runId, "#/novels");
		this.tab = knownTab(tab);
	}

	open() {
		super.open();
		this.#clock = setInterval(() => this.#showElapsed(), 1000);
	}

	close() {
		super.close();
		clearInterval(this.#clock);
		this.#result?.close();
	}

	selectTab(tab = "") {
		this.tab = knownTab(tab);
		this.#result?.selectTab(this.tab);
	}

	async finish({ values }, signal) {
		const result = resultOf(values);
		const novel = new Novel(result, await readText(result.text_file_id, signal));
		this.progress.finish();
		this.#result = new ResultView(novel, { runId: this.runId, tab: this.tab, address: `#/runs/${this.threadId}/${this.runId}` });
		announce(t("run.finished", { characters: novel.result.characters.length, quotes: novel.quotes.length }));
	}

	head() {
		this.status = el("p", { class: "run-meta" });
		return el("div", {}, this.status, this.stages.expected);
	}

	body() {
		super.body();
		this.banners = el("div", { class: "banners" });
		this.#result?.render();
		// A run opened after its end has only its result.
		const hasStages = this.progress.stages.some((stage) => stage.state === "done");
		return [this.lost, this.banners, this.#result?.element, (!this.#result || hasStages) && el("details", { class: "stage-fold", open: this.isUnderWay },
			el("summary", {}, t("progress.title")), this.stages.element), this.stop];
	}

	update() {
		super.update();
		this.#showStatus();
		this.#showBanners();
	}

	#showStatus() {
		if (!this.run) return void refill(this.status, t("run.opening"));
		refill(this.status, statusMark(this.run.status),
			el("span", {}, t("run.started", { time: formatInstant(this.run.created_at) })),
			el("span", {}, t("col.duration"), " ", el("span", { class: "elapsed", role: "timer" })),
			this.#result && this.#modelUse(this.#result.novel.result.statistics));
		this.#showElapsed();
	}

	#modelUse({ model, input_tokens: input, output_tokens: output }) {
		return model && el("span", {}, t("run.model", { model, input: formatNumber(input), output: formatNumber(output) }));
	}

	#showElapsed() {
		const elapsed = this.status.querySelector(".elapsed");
		if (elapsed) elapsed.textContent = duration(this.run.created_at, this.isUnderWay ? null : this.run.updated_at);
	}

	#showBanners() {
		const warnings = this.#result?.novel.result.warnings ?? this.progress.warnings;
		const isOffline = this.#result?.novel.result.mode === OFFLINE || warnings.some(({ code }) => code.startsWith(OFFLINE));
		const others = warnings.filter(({ code }) => !code.startsWith(OFFLINE));
		refill(this.banners,
			isOffline && el("p", { class: "banner offline" }, el("strong", {}, t("run.offline")), " ", t("run.offline_meaning")),
			others.length > 0 && warningList(others));
	}
}

const knownTab = (tab) => (TABS.includes(tab) ? tab : TABS[0]);

function warningList(warnings) {
	return el("details", { class: "banner warnings" },
		el("summary", {}, t("run.warnings", { n: warnings.length })),
		el("ul", {}, warnings.map(({ code, message }) => el("li", {}, message, " ", el("code", {}, code)))));
}
