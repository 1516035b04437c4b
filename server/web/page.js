/** What the workspace's pages share: a heading, what is asked for and shown again, failures that say what to do. */

import { ApiError } from "./api.js";
import { el, refill } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { keepingFocus } from "./focus.js";
import { t, term } from "./i18n.js";

export class Page {
	element = el("div", { class: "work" });
	leaving = new AbortController();
	#name;
	#pause;
	#home;
	#timer = 0;
	/** @type {import("./failure_panel.js").Failure | null} */ #failure = null;
	#isStale = false;

	/** @param {string} name Of its words. @param {number} [seconds] Between two questions of how it is now; 0: it is asked once.
	 * @param {string | false} [home] The address that a failure leads back to. */
	constructor(name, seconds = 0, home = false) {
		this.#name = name;
		this.#pause = seconds * 1000;
		this.#home = home;
	}

	get title() {
		return term(this.#name, "title", t(`app.${this.#name}`));
	}

	/** Asks the service. @returns {Promise<void>} */
	async load(_signal) {}

	/** What stands below the heading. @returns {(Node | null | false)[]} */
	body() {
		return [];
	}

	/** Brings what `load` got into the body. */
	update() {}

	open() {
		this.render();
		this.refresh();
	}

	close() {
		this.leaving.abort();
		clearTimeout(this.#timer);
	}

	render() {
		if (this.leaving.signal.aborted) return;
		document.title = `${this.title} · Scriptorium`;
		this.failureBox = el("div", { class: "banners" });
		const head = el("header", { class: "page-head" }, el("h1", { tabindex: "-1" }, this.title), this.head());
		const body = this.body();
		keepingFocus(this.element, () => {
			refill(this.element, head, this.failureBox, body);
			this.#showFailure();
			this.update();
		});
	}

	/** What stands below the title. @returns {Node | null} */
	head() {
		return null;
	}

	async refresh() {
		clearTimeout(this.#timer);
		const { signal } = this.leaving;
		let isRefused = false; // Asking again would change nothing.
		try {
			if (!this.#pause || !document.hidden) await this.load(signal);
			if (this.#isStale) this.fail(null);
		} catch (error) {
			if (signal.aborted) return;
			this.fail(error);
			this.#isStale = true;
			isRefused = !error.isPassing;
		}
		if (signal.aborted) return;
		this.update();
		if (this.#pause && !isRefused) this.#timer = setTimeout(() => this.refresh(), this.#pause);
	}

	/** Do what the reader asked for; a refusal is shown. @param {() => Promise<any>} act */
	attempt = async (act) => {
		this.fail(null);
		try {
			await act();
		} catch (error) {
			if (this.leaving.signal.aborted) return;
			this.fail(error);
			this.failureBox.scrollIntoView({ block: "nearest" });
		}
	};

	/** Do it, if the reader agrees where that is asked, and show what has become of it. @param {() => Promise<any>} act @param {string} [question] */
	async act(act, question) {
		if (question && !confirm(question)) return;
		await this.attempt(async () => {
			await act();
			await this.refresh();
		});
	}

	/** @param {any} failure */
	fail(failure) {
		this.#failure = failure;
		this.#isStale = false;
		this.#showFailure();
		if (failure instanceof Error && !(failure instanceof ApiError)) throw failure;
	}

	#showFailure() {
		const back = this.#home && el("a", { class: "button", href: this.#home }, t("work.back"));
		refill(this.failureBox, this.#failure && failurePanel(this.#failure, back));
	}
}
