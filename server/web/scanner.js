/**
 * Switch access: for people who can press one key. Groups of buttons light up in turn; a press goes into the group,
 * whose buttons then light up in turn, and the next press presses that one.
 *
 * Groups are the elements with `data-scan`; what is shown may change at any time.
 */

import { announce } from "./announcer.js";

const ROUNDS = 2; // through a group that nobody chooses from, before it is left
const KEYS = [" ", "Enter"];

export class Scanner {
	#root;
	#timer = 0;
	#group = -1;
	#item = -1; // -1: groups are offered
	#offered = 0; // buttons of the group so far

	/** @param {Element} root */
	constructor(root) {
		this.#root = root;
	}

	get isOn() {
		return this.#timer !== 0;
	}

	/** @param {number} seconds that each is lit */
	start(seconds) {
		this.stop();
		this.#timer = setInterval(() => this.#advance(), seconds * 1000);
		addEventListener("keydown", this.#pressed, true);
		this.#advance();
	}

	stop() {
		clearInterval(this.#timer);
		removeEventListener("keydown", this.#pressed, true);
		this.#timer = 0;
		this.#group = this.#item = -1;
		this.#light(null);
	}

	#pressed = (event) => {
		if (!KEYS.includes(event.key) || event.target.matches?.("input, textarea, select")) return;
		event.preventDefault();
		event.stopPropagation();
		if (!event.repeat) this.#choose();
	};

	#choose() {
		const group = this.#groups()[this.#group];
		if (!group) return;
		const items = itemsOf(group);
		const chosen = items.length === 1 ? items[0] : items[this.#item];
		if (chosen) {
			this.#leave();
			chosen.click();
		} else {
			this.#item = this.#offered = 0;
			this.#light(items[0]);
		}
	}

	#advance() {
		const groups = this.#groups();
		const items = this.#item < 0 ? [] : itemsOf(groups[this.#group]);
		if (items.length && ++this.#offered < ROUNDS * items.length) {
			this.#item = (this.#item + 1) % items.length;
			return this.#light(items[this.#item]);
		}
		this.#item = -1;
		if (groups.length) this.#group = (this.#group + 1) % groups.length;
		this.#light(groups[this.#group] ?? null);
	}

	#leave() {
		this.#item = -1;
		this.#group = -1; // The first group is that of replies: what comes next is most often there.
	}

	#groups() {
		return [...this.#root.querySelectorAll("[data-scan]")].filter((group) => itemsOf(group).length);
	}

	#light(element) {
		for (const lit of this.#root.querySelectorAll(".is-lit")) lit.classList.remove("is-lit");
		if (!element) return;
		element.classList.add("is-lit");
		element.scrollIntoView({ block: "nearest" });
		announce(element.dataset.scan || element.textContent);
	}
}

const itemsOf = (group) => [...group?.querySelectorAll("button") ?? []].filter((item) => !item.disabled && item.checkVisibility());
