/** The talk page: what is said appears, replies can be chosen, steered and spoken. Large, and all of it by keyboard. */

import { announce } from "./announcer.js";
import { button, el, refill } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { language, t, term } from "./i18n.js";
import { fill } from "./keyed_list.js";
import { Microphone } from "./microphone.js";
import { Scanner } from "./scanner.js";
import { TalkConnection } from "./talk_connection.js";
import { saveSetup, setup, setupFields, toldSetup } from "./talk_setup.js";
import { emptyTalk, take } from "./talk_state.js";
import { TalkVoice } from "./talk_voice.js";
/** @import {Line, Reply} from "./talk_state.js" */

const INTENTS = ["agree", "decline", "ask", "wait"];
const WISHES = ["shorter", "politer", "warmer", "firmer"];
const AT_ONCE = ["yes", "no", "wait", "help"];
const UNSURE = 0.6; // confidence below which a line is marked

export class TalkView {
	element = el("div", { class: "talk" });
	#talk = emptyTalk();
	#microphone = new Microphone();
	#voice = new TalkVoice(() => this.#voiceChanged());
	#connection = new TalkConnection((event) => this.#take(event), () => this.#show());
	#scanner = new Scanner(this.element);
	/** @type {string | null} The line that is being corrected. */ #correcting = null;
	/** @type {string[]} */ #chips = [];
	#language = language(); // that was told
	#last = ""; // what was shown last of what was said
	#typed = el("textarea", { id: "talk-text", rows: 2, maxlength: 1000 });
	#parts = {
		captions: el("ol", { class: "captions" }), hearing: el("p", { class: "hearing", "aria-live": "off" }),
		replies: el("ol", { class: "replies", "data-scan": " " }), rest: el("div", {}), chips: el("div", { class: "talk-chips", "data-scan": " " }),
		tools: el("div", { class: "talk-tools", "data-scan": " " }), state: el("p", { class: "talk-state", role: "status" }),
	};

	open() {
		this.render();
		this.#connection.open(setup.sessionId);
		this.#tell();
		addEventListener("keydown", this.#key);
	}

	close() {
		removeEventListener("keydown", this.#key);
		this.#scanner.stop();
		this.#microphone.stop();
		this.#voice.stop();
		this.#connection.close();
	}

	render() {
		document.title = `${t("app.talk")} · Scriptorium`;
		const { captions, hearing, replies, rest, chips, tools, state } = this.#parts;
		const typed = this.#typed;
		typed.placeholder = t("talk.placeholder");
		typed.onkeydown = (event) => this.#typedKey(event);
		replies.dataset.scan = replies.ariaLabel = t("talk.replies");
		chips.dataset.scan = t("talk.steer");
		tools.dataset.scan = t("talk.tools");
		captions.replaceChildren();
		replies.replaceChildren();
		if (this.#language !== language()) this.#tell(); // Replies are in the page's language.
		refill(this.element,
			el("h1", { tabindex: "-1" }, t("app.talk")),
			state, tools,
			el("div", { class: "talk-columns" },
				el("section", { class: "sheet talk-said", role: "log", "aria-label": t("talk.captions"), tabindex: "0" }, captions, hearing),
				el("section", { class: "talk-answer" }, replies, rest, chips,
					el("form", { class: "talk-type", onsubmit: () => this.#sayTyped() },
						el("label", { for: "talk-text", class: "unseen" }, t("talk.placeholder")), typed,
						el("div", { class: "talk-chips", "data-scan": t("talk.typing") },
							el("button", { id: "say", class: "big primary" }, t("talk.say")),
							button({ id: "suggest", class: "big", onclick: () => this.#suggest() }, t("talk.suggest")),
							button({ id: "they-said", class: "big", onclick: () => this.#theySaid() }, t("talk.they_said")))),
					el("div", { class: "talk-chips", "data-scan": t("talk.at_once") }, AT_ONCE.map((name) =>
						button({ class: "big at-once", onclick: () => this.#say(t(`talk.say_${name}`)) }, t(`talk.say_${name}`)))))),
			el("details", { class: "talk-setup" }, el("summary", {}, t("talk.setup")), setupFields(() => this.#tell())),
			el("p", { class: "muted" }, t("talk.keys")));
		this.#show();
	}

	#take(event) {
		this.#talk = take(this.#talk, event);
		this.#voice.take(event);
		if (event.type === "suggestions.done") announce(t("talk.replies_came", { count: this.#talk.request.replies.length }));
		if (event.type === "session.closed") this.#ended();
		if (this.#connection.sessionId !== setup.sessionId && !this.#talk.isClosed) {
			setup.sessionId = this.#connection.sessionId;
			setup.wishes = [];
			saveSetup();
			this.#talk = emptyTalk();
			this.#tell();
		}
		this.#show();
	}

	/** What holds for the talk. */
	#tell() {
		this.#language = language();
		this.#connection.send("profile.update", { setup: toldSetup() });
	}

	#ended() {
		this.#microphone.stop();
		setup.sessionId = null;
		setup.wishes = [];
		saveSetup();
		this.#connection.close();
	}

	#again() {
		this.#talk = emptyTalk();
		this.#connection = new TalkConnection((event) => this.#take(event), () => this.#show());
		this.#connection.open(null);
		this.#tell();
		this.#show();
	}

	async #listen() {
		if (this.#microphone.isOn) this.#microphone.stop();
		else await this.#microphone.start((pcm) => this.#connection.sendSound(pcm)).catch((error) => this.#deny(error));
		this.#show();
	}

	#deny(error) {
		this.#microphone.stop();
		this.#talk = { ...this.#talk, failure: { code: error.name, message: t("talk.no_microphone"), hint: t("talk.no_microphone_hint") } };
	}

	#voiceChanged() {
		this.#microphone.isMuted = this.#voice.isSpeaking;
		this.#show();
	}

	#say(text, replyId) {
		const isOwn = setup.voice === "device" && TalkVoice.hasOwn;
		const speak = setup.voice === "service" || (setup.voice === "device" && !isOwn);
		if (isOwn) this.#voice.say(text, language());
		this.#connection.send("suggestion.selected", { text, speak, ...(replyId && { reply_id: replyId }) });
		this.#connection.send("opinion.predict"); // After the speaking, which must not wait for it.
		this.#chips = [];
		this.#show();
	}

	/** What is typed is taken; where nothing is, it is waited for. @returns {string} */
	#takeTyped() {
		const text = this.#typed.value.trim();
		if (text) this.#typed.value = "";
		else this.#typed.focus();
		return text;
	}

	#sayTyped() {
		const text = this.#takeTyped();
		if (text) this.#say(text);
	}

	/** What the partner said, typed: where there is no microphone, or too much noise. */
	#theySaid() {
		const text = this.#takeTyped();
		if (!text) return;
		this.#connection.send("conversation.item.create", { item: { type: "message", role: "user", content: [{ type: "input_text", text }] } });
		this.#suggest();
	}

	/** Ask for replies, by what is typed and tapped. */
	#suggest({ opinion, ...rest } = {}) {
		const intent = { text: this.#typed.value.trim(), chips: this.#chips, ...(opinion && { opinion }) };
		this.#connection.send("suggestions.create", { intent, ...rest });
	}

	#tap(chip) {
		this.#chips = this.#chips.includes(chip) ? [] : [chip];
		this.#suggest();
		this.#show();
	}

	#wish(name) {
		setup.wishes.push(name);
		saveSetup();
		this.#suggest({ adjust: [t(`talk.wish_${name}`)] });
		this.#show();
	}

	#undo() {
		setup.wishes.pop();
		saveSetup();
		this.#suggest({ undo: "last" });
		this.#show();
	}

	#correct(id, text) {
		this.#correcting = null;
		if (text.trim()) this.#connection.send("conversation.item.correct", { item_id: id, transcript: text.trim() });
		this.#show();
	}

	#scan() {
		if (this.#scanner.isOn) this.#scanner.stop();
		else this.#scanner.start(setup.scanSeconds);
		this.#show();
	}

	#typedKey(event) {
		if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
		event.preventDefault();
		if (event.ctrlKey || event.metaKey) this.#suggest();
		else this.#sayTyped();
	}

	#key = (event) => {
		if (event.key === "Escape" && this.#voice.isSpeaking) return this.#hush();
		if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input, textarea, select")) return;
		const reply = this.#talk.request?.replies[Number(event.key) - 1];
		if (reply) this.#say(reply.text, reply.id);
		else if (event.key === "l") this.#listen();
		else if (event.key === "m") this.#suggest({ more: true });
	};

	#hush() {
		this.#voice.stop();
		this.#connection.send("output_audio_buffer.clear");
	}

	#show() {
		const { captions, hearing, replies, rest, chips, tools, state } = this.#parts;
		const { lines, request, failure, summary } = this.#talk;
		fill(captions, lines, ({ id }) => `${id}${this.#correcting === id}`, (line) => this.#line(line));
		hearing.textContent = this.#talk.hearing ? this.#talk.hearing.text || t("talk.hearing") : "";
		this.#showLast(lines.length, hearing);
		fill(replies, request?.replies ?? [], ({ id }) => id, (reply, place) => this.#reply(reply, place));
		refill(rest, this.#rest(request, failure), summary && this.#summary(summary));
		this.#refocusing(chips, () => refill(chips, ...this.#steering()));
		this.#refocusing(tools, () => refill(tools, this.#tools()));
		const said = this.#talk.isClosed ? t("talk.is_closed") : this.#voice.isSpeaking ? t("talk.speaking") : t(`talk.is_${this.#connection.state}`);
		const notice = this.#talk.notice && ` ${term("talk.notice", request?.mode ?? "", this.#talk.notice)}`;
		if (state.textContent !== said + notice) state.textContent = said + notice;
	}

	/** Keep what was said last in sight, in its own box alone: the page stays where the user is. */
	#showLast(count, hearing) {
		const box = hearing.parentElement;
		const last = `${count} ${hearing.textContent}`;
		if (box && last !== this.#last) box.scrollTop = box.scrollHeight;
		this.#last = last;
	}

	/** Whoever has the focus on a button that is made anew keeps it. */
	#refocusing(element, change) {
		const before = [...element.querySelectorAll("button")];
		const place = before.indexOf(document.activeElement);
		const wasLit = before.findIndex((each) => each.classList.contains("is-lit"));
		change();
		const buttons = element.querySelectorAll("button");
		if (place >= 0) buttons[place]?.focus();
		buttons[wasLit]?.classList.add("is-lit");
	}

	/** @param {Line} line */
	#line({ id, speaker, text, confidence, isCorrected }) {
		const isUnsure = speaker === "partner" && !isCorrected && confidence !== null && confidence < UNSURE;
		if (this.#correcting === id) return this.#correction(id, text);
		return el("li", { class: `line line-${speaker}${isUnsure ? " is-unsure" : ""}` },
			el("span", { class: "line-who" }, t(`talk.${speaker}`)), " ", el("span", { class: "line-text" }, text),
			isUnsure && el("small", {}, ` ${t("talk.unsure")}`), isCorrected && el("small", {}, ` ${t("talk.corrected")}`),
			speaker === "partner" && !this.#talk.isClosed &&
				button({ class: "quiet correct", "aria-label": t("talk.correct_line", { text }), onclick: () => {
					this.#correcting = id;
					this.#show();
					this.#parts.captions.querySelector("input").select();
				} }, t("talk.correct")));
	}

	#correction(id, text) {
		const box = el("input", { value: text, "aria-label": t("talk.what_was_said"), maxlength: 2000,
			onkeydown: (event) => { if (event.key === "Escape") { this.#correcting = null; this.#show(); } } });
		return el("li", { class: "line" }, el("form", { class: "correction", onsubmit: () => this.#correct(id, box.value) },
			box, el("button", { class: "button" }, t("talk.correct_it"))));
	}

	/** @param {Reply} reply */
	#reply({ id, text, intent, manner, source }, place) {
		const label = source === "phrase_bank" ? t("talk.phrase_own") : [term("talk.intent", intent), manner !== "plain" && term("talk.manner", manner)].filter(Boolean).join(" · ");
		return el("li", {}, button({ class: `reply reply-${intent}`, onclick: () => this.#say(text, id) },
			el("kbd", {}, place + 1), el("span", { class: "reply-text" }, text), el("small", {}, label)));
	}

	/** What is missing, why, and what there is instead. */
	#rest(request, failure) {
		const shown = request?.failure ?? failure;
		const missing = request?.isDone ? request.missing.length : 0;
		return [
			request && !request.isDone && el("p", { class: "muted waiting" }, t("talk.writing", { count: request.replies.length, wanted: request.wanted })),
			shown && failurePanel(shown),
			missing > 0 && !shown && el("p", { class: "muted" }, t(`talk.missing_${request.mode}`, { count: missing })),
			request?.phrases.length > 0 && el("div", { class: "talk-chips phrases", "data-scan": t("talk.phrases") },
				request.phrases.map(({ text, source }) =>
					button({ class: "big phrase", onclick: () => this.#say(text) }, text, el("small", {}, ` ${t(`talk.phrase_${source}`)}`)))),
		];
	}

	#steering() {
		const { opinion, isClosed } = this.#talk;
		const stance = Object.entries(opinion ?? {});
		if (isClosed) return [];
		return [
			INTENTS.map((name) => button({ class: "big", "aria-pressed": String(this.#chips.includes(name)), onclick: () => this.#tap(name) }, t(`talk.intent.${name}`))),
			stance.map(([part, value]) => button({ class: "big stance", onclick: () => this.#suggest({ opinion: { [part]: value } }) }, term("talk.stance", value))),
			WISHES.map((name) => button({ class: "big wish", onclick: () => this.#wish(name) }, t(`talk.wish_${name}`))),
			button({ id: "undo", class: "big", disabled: setup.wishes.length === 0, onclick: () => this.#undo() },
				t("talk.undo"), setup.wishes.length > 0 && ` (${t(`talk.wish_${setup.wishes.at(-1)}`)})`),
			button({ id: "more", class: "big", onclick: () => this.#suggest({ more: true }) }, t("talk.more")),
		];
	}

	#tools() {
		if (this.#talk.isClosed) return [button({ id: "again", class: "big primary", onclick: () => this.#again() }, t("talk.again"))];
		return [
			button({ id: "listen", class: "big primary", "aria-pressed": String(this.#microphone.isOn), onclick: () => this.#listen() },
				t(this.#microphone.isOn ? "talk.stop_listening" : "talk.listen")),
			this.#voice.isSpeaking && button({ id: "hush", class: "big", onclick: () => this.#hush() }, t("talk.hush")),
			this.#connection.state === "taken" && button({ class: "big", onclick: () => this.#connection.comeBack() }, t("talk.take_back")),
			button({ id: "scan", class: "big", "aria-pressed": String(this.#scanner.isOn), onclick: () => this.#scan() }, t("talk.scan")),
			button({ id: "end", class: "big", onclick: () => this.#connection.send("session.close", { summarise: true }) }, t("talk.end")),
		];
	}

	#summary({ text, facts }) {
		return el("section", { class: "sheet talk-summary" }, el("h2", {}, t("talk.summary")), el("p", {}, text),
			el("ul", {}, facts.map((fact) => el("li", {}, fact.text))));
	}
}
