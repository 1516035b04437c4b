/** The cast of a book: a card for everybody, with the voice and what a person may change. */

import { askBooks, hearBook } from "./api.js";
import { button, el, refill, select } from "./element.js";
import { formatNumber, t, term } from "./i18n.js";
import { LOOSE } from "./relations_picture.js";
/** @import {Novel} from "./novel.js" */

export const NARRATOR = "narrator";
const GENDERS = ["female", "male", "unknown"];
const AGES = ["child", "teen", "adult", "senior", "unknown"];
const DEAREST = 3; // Relations on a card.

export class AudiobookCast {
	element = el("div", { class: "cast-cards" });

	/** @param {string} bookId @param {Novel} novel @param {Record<string, any>} values The thread's, and `voices` to choose from. @param {(work: () => Promise<any>) => void} change
	 * @param {Set<string>} opened Whose changes are shown. */
	constructor(bookId, novel, values, change, opened = new Set()) {
		Object.assign(this, { bookId, novel, values, change, opened });
	}

	render() {
		refill(this.element, this.values.cast.map((part) => this.#card(part)));
	}

	nameOf(role) {
		return role === NARRATOR ? t("books.narrator") : this.novel.nameOf(role);
	}

	/** Two who may be one, for a person to say. */
	doubts() {
		const say = (edit) => () => this.change(() => askBooks(`/${this.bookId}/edits`, "POST", { edits: [edit] }));
		return this.values.unsure.filter(({ kind }) => kind === "alias").map(({ ids }) =>
			el("p", { class: "actions" }, t("books.maybe_same", { names: ids.map((id) => this.nameOf(id)).join(t("cast.separator")) }),
				button({ class: "button", onclick: say({ op: "merge", id: ids[0], ids: ids.slice(1) }) }, t("books.same")),
				ids.length === 2 && button({ class: "button", onclick: say({ op: "part", ids }) }, t("books.two"))));
	}

	#card({ role, voice, lines, is_locked: isLocked, talks_with: near, too_close_to: close }) {
		const name = this.nameOf(role);
		const names = (ids) => ids.map((id) => this.nameOf(id)).join(t("cast.separator"));
		const ids = [...new Set([voice, ...this.values.voices.map(({ voiceId }) => voiceId)])];
		const path = `/${this.bookId}/characters/${encodeURIComponent(role)}`;
		const put = (method, body) => this.change(() => askBooks(`${path}/voices`, method, body));
		const voices = select({ "aria-label": t("books.voice_of", { name }), onchange: () => put("PUT", { voiceId: voices.value }) }, ids.map((id) => [id, id]), voice);
		const ties = this.novel.result.relations.filter(({ from, to, type }) => (from === role || to === role) && !LOOSE.has(type)).sort((a, b) => b.weight - a.weight);
		return el("div", { class: "sheet cast-card" },
			el("p", { class: `card-speaker ${role === NARRATOR ? "speaker-none" : this.novel.speakerClass(role)}` }, name),
			el("p", { class: "muted" }, t("books.lines", { n: formatNumber(lines) }), near.length > 0 && ` · ${t("books.talks_with", { names: names(near.slice(0, DEAREST)) })}`),
			ties.length > 0 && el("ul", { class: "muted" }, ties.slice(0, DEAREST).map(({ from, to, type }) => el("li", {}, `${term("relation", type)}: ${this.novel.nameOf(from === role ? to : from)}`))),
			close.length > 0 && el("p", {}, el("em", {}, t("books.too_close", { names: names(close) }))),
			el("p", { class: "actions" }, voices,
				button({ class: "button", "aria-label": t("books.preview_of", { name }), onclick: () => this.#preview(voices.value) }, t("books.preview")),
				isLocked && button({ class: "button", title: t("books.unlock_hint"), onclick: () => put("DELETE") }, t("books.unlock"))),
			role !== NARRATOR && this.#changes(this.novel.characters.get(role), path));
	}

	/** What is wrong with a person can be put right: name, gender, age, who is the same one, which name is another's. */
	#changes(who, path) {
		const put = (body) => this.change(() => askBooks(path, "PUT", body));
		const others = this.novel.result.characters.filter(({ id }) => id !== who.id).map(({ id, canonical_name: name }) => [id, name]);
		const name = el("input", { value: who.canonical_name, maxlength: "200", onchange: () => name.value.trim() && put({ name: name.value.trim() }) });
		return el("details", { class: "changes", open: this.opened.has(who.id), ontoggle: (event) => this.opened[event.target.open ? "add" : "delete"](who.id) },
			el("summary", {}, t("books.change")),
			field(t("cast.name"), name),
			choice("cast.gender", GENDERS.map((one) => [one, term("gender", one)]), who.gender, (gender) => put({ gender })),
			choice("books.age", AGES.map((one) => [one, term("age", one)]), who.age, (age) => put({ age })),
			others.length > 0 && choice("books.same_as", [["", "–"], ...others], "", (id) => id && this.change(() => askBooks(`/${this.bookId}/characters/merge`, "POST", { sourceId: who.id, targetId: id }))),
			who.aliases.length > 0 && choice("books.split", [["", "–"], ...who.aliases.map((alias) => [alias, alias])], "", (alias) => alias && this.change(() => askBooks(`${path}/split`, "POST", { names: [alias] }))));
	}

	async #preview(voiceId) {
		const address = URL.createObjectURL(await hearBook(this.bookId, { voiceId, language: this.values.language }));
		const sound = new Audio(address);
		sound.onended = () => URL.revokeObjectURL(address);
		await sound.play();
	}
}

/** @param {string} key Of its label. @param {[string, string][]} choices @param {string} chosen @param {(value: string) => void} choose @param {string} [id] */
export function choice(key, choices, chosen, choose, id) {
	return field(t(key), select({ id, onchange: (event) => choose(event.target.value) }, choices, chosen));
}


export const field = (label, input) => el("label", { class: "option" }, label, input);
