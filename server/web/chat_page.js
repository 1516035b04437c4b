/** A conversation with the assistant: `#/chat` begins one, `#/chat/<thread>` goes on with it, also after a reload. */

import { ApiError, getState } from "./api.js";
import { chatItem } from "./chat_items.js";
import { Composer } from "./composer.js";
import { confirmation } from "./confirmation.js";
import { Conversation, firstLine } from "./conversation.js";
import { button, el, refill } from "./element.js";
import { failureOf } from "./failure_panel.js";
import { formatInstant, t, term } from "./i18n.js";
import { fill } from "./keyed_list.js";
import { opening } from "./opening.js";
import { Page } from "./page.js";
import { followRun } from "./run_feed.js";
import { activeRun, cancelRun, converse, listThreads } from "./workspace_api.js";

const TOOLS = ["translate", "subtitles", "video", "characters", "audiobook", "topics", "guideline", "replies"];
const NEAR_PX = 160; // of the end: who reads there is taken along by what comes

export class ChatPage extends Page {
	#talk = new Conversation();
	/** @type {{threadId: string, runId: string} | null} What is under way. */ #run = null;
	#earlier = [];
	#lost = 0;
	#composer = new Composer({ send: (text, files) => this.#send(text, files), stop: () => this.#stop(), attempt: this.attempt });

	/** @param {string | undefined} threadId */
	constructor(threadId) {
		super("chat");
		this.threadId = threadId;
	}

	async load(signal) {
		const [text, threadId] = [opening.text, this.threadId];
		opening.text = "";
		this.#earlier = await listThreads({ metadata: { graph_id: "assistant" }, limit: 12 });
		if (threadId) {
			this.#talk.takeState(await getState(threadId, signal));
			const run = await activeRun(threadId, signal);
			if (run) this.#follow(run.run_id);
		}
		if (text) this.#send(text, []);
	}

	head() {
		this.above = el("p", {});
		return this.above;
	}

	body() {
		this.notes = el("div", { class: "banners" });
		this.list = el("ol", { class: "chat-list", role: "log", "aria-label": t("chat.log") });
		this.asking = el("div", {});
		this.starts = el("div", { class: "legend" });
		this.side = el("aside", { class: "form-side", "aria-label": t("chat.earlier") });
		this.asked = undefined;
		this.#composer.render();
		return [el("div", { class: "spread" }, el("div", { class: "chat" }, this.notes, this.list, this.asking, this.starts, this.#composer.element), this.side)];
	}

	update() {
		const { items, files, asked, isOffline } = this.#talk;
		const isNear = innerHeight + scrollY > document.documentElement.scrollHeight - NEAR_PX;
		this.above.className = this.threadId ? "" : "lede";
		refill(this.above, this.threadId ? el("a", { href: "#/chat" }, t("chat.new")) : t("chat.lede"));
		refill(this.notes, isOffline && el("p", { class: "banner offline" }, el("strong", {}, t("run.offline")), " ", t("chat.offline")),
			this.#lost > 0 && el("p", { class: "banner" }, t("run.reconnecting", { seconds: this.#lost })));
		fill(this.list, items, ({ id }) => id, (item) => chatItem(item, files, this.attempt));
		this.list.setAttribute("aria-busy", String(this.#talk.isAtWork));
		this.#showAsked(this.#talk.isAtWork ? null : asked, files);
		const isOpen = !this.#talk.isAtWork && !asked;
		refill(this.starts, isOpen && (!items.length || isOffline) && TOOLS.map((tool) =>
			button({ class: "chip", onclick: () => this.#composer.begin(t(`chat.start_${tool}`)) }, term("job_title", tool))));
		this.#composer.element.hidden = Boolean(asked) && !this.#talk.isAtWork;
		this.#composer.setBusy(this.#talk.isAtWork);
		refill(this.side, this.#earlier.length > 0 && [el("h2", {}, t("chat.earlier")), el("ul", { class: "earlier" }, this.#earlier.map((thread) => this.#earlierLink(thread)))]);
		if (isNear && items.length) scrollTo(0, document.documentElement.scrollHeight);
	}

	/** A question stays as it is while it is the same, with what was changed in it. */
	#showAsked(asked, files) {
		const key = JSON.stringify(asked);
		if (key === this.asked) return;
		this.asked = key;
		refill(this.asking, asked !== null && confirmation(asked, files, (answer) => this.#begin({ command: { resume: answer } })));
	}

	#earlierLink({ thread_id: id, updated_at: updated, status, extracted }) {
		return el("li", {}, el("a", { href: `#/chat/${id}`, "aria-current": id === this.threadId ? "page" : null }, firstLine(extracted?.first) || t("recent.untitled")),
			el("small", {}, formatInstant(updated), status === "interrupted" && id !== this.threadId && ` · ${t("chat.job_asks")}`));
	}

	#send(text, files) {
		this.#talk.say(text, files);
		const blocks = files.map(({ file_id: id }) => ({ type: "file", file_id: id }));
		this.#begin({ input: { messages: [{ role: "user", content: [{ type: "text", text }, ...blocks] }] } });
	}

	#begin(wanted) {
		this.#talk.isAtWork = true;
		this.update();
		this.attempt(async () => {
			try {
				const { threadId, runId } = await converse(this.threadId, wanted);
				this.#nameThread(threadId);
				this.#follow(runId);
			} catch (error) {
				this.#talk.isAtWork = false;
				this.update();
				throw error;
			}
		});
	}

	/** The address names the conversation from its first message on, so that a reload finds it. */
	#nameThread(threadId) {
		if (this.threadId === threadId) return;
		this.threadId = threadId;
		history.replaceState(null, "", `#/chat/${threadId}`);
	}

	async #follow(runId) {
		const { signal } = this.leaving;
		const threadId = this.threadId;
		this.#run = { threadId, runId };
		this.#talk.isAtWork = true;
		let failure = null;
		try {
			for await (const { type, data } of followRun(threadId, runId, signal, { kinds: ["custom", "messages", "error"] })) {
				if (type === "messages") this.#talk.takeMessage(data[0]);
				else if (type === "custom") this.#talk.takeEvent(data);
				else if (type === "connection") this.#lost = data.isOpen ? 0 : data.retrySeconds;
				else if (type === "error") failure = failureOf(data);
				this.update();
			}
			this.#talk.takeState(await getState(threadId, signal));
		} catch (error) {
			if (signal.aborted) return;
			if (!(error instanceof ApiError)) throw error;
			failure = error;
		}
		this.#run = null;
		this.#talk.isAtWork = false;
		this.update();
		if (failure) this.fail(failure);
	}

	#stop() {
		const run = this.#run;
		if (run) this.attempt(async () => { await cancelRun(run.threadId, run.runId); });
	}
}
