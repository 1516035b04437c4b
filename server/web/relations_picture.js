/** The relations as a drawing: circles for people, lines for ties; the same input always gives the same drawing. */

import { el, refill, svg } from "./element.js";
import { forceLayout } from "./force_layout.js";
import { t, term } from "./i18n.js";
/** @import {Novel, Relation} from "./novel.js" */

/** More people and lines than these give a tangle; the table has them all. */
const PEOPLE = { wide: 20, narrow: 10 };
const LINES_PER_PERSON = 1.2;
const NARROW_WIDTH = 560;
/** Ties that come from sharing a scene and have no direction; the others are stated by the text. */
export const LOOSE = new Set(["talks_with", "appears_with"]);
const ARROWS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class RelationsPicture {
	element = el("div", { class: "picture" });
	/** @type {Relation[]} */ #relations = [];
	/** @type {string | null} */ #chosen = null;
	#width = 0;

	/** @param {Novel} novel @param {(characterId: string | null) => void} choose */
	constructor(novel, choose) {
		this.novel = novel;
		this.choose = choose;
	}

	/** @param {Relation[]} relations the strongest first */
	show(relations) {
		this.#relations = relations;
		this.#width = 0;
		this.fit();
	}

	/** Lay it out for the width it has; hidden, it has none. */
	fit() {
		const width = this.element.clientWidth;
		if (!width || width === this.#width) return;
		this.#width = width;
		this.#draw(width, Math.round(Math.min(620, Math.max(360, width * 0.62))));
	}

	#draw(width, height) {
		const people = this.#people(width < NARROW_WIDTH ? PEOPLE.narrow : PEOPLE.wide);
		const lines = linesBetween(new Set(people.map((person) => person.id)), this.#relations);
		const places = forceLayout(people, lines, width, height);
		refill(this.element, svg("svg", { width, height, role: "group", "aria-label": t("relations.picture"), onkeydown: (event) => this.#onKey(event) },
			lines.map((line) => this.#line(line, places.get(line.from), places.get(line.to))),
			people.map((person) => this.#circle(person, places.get(person.id)))));
		this.#mark();
	}

	/** Those with the most ties, as many as the drawing holds. */
	#people(most) {
		const weights = new Map();
		for (const { from, to, weight } of this.#relations) for (const id of [from, to]) weights.set(id, (weights.get(id) ?? 0) + weight);
		const heaviest = Math.max(...weights.values());
		return [...weights].sort((a, b) => b[1] - a[1]).slice(0, most).map(([id, weight]) => {
			const name = this.novel.nameOf(id);
			return { id, name, radius: 7 + 15 * Math.sqrt(weight / heaviest), labelWidth: labelWidth(name) };
		});
	}

	#line({ from, to, strength, stated }, a, b) {
		return svg("g", { class: `tie ${stated.size ? "is-stated" : ""}`, "data-from": from, "data-to": to },
			svg("line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y, "stroke-width": 1 + 5 * strength }),
			svg("text", { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 - 3 }, [...stated].map((type) => term("relation", type)).join(", ")));
	}

	#circle({ id, name, radius }, { x, y }) {
		return svg("g", {
			class: `person ${this.novel.speakerClass(id)}`, "data-person": id, role: "button", "aria-label": name, onclick: () => this.#choose(id),
		}, svg("circle", { cx: x, cy: y, r: radius }), svg("text", { x, y: y + radius + 15 }, name));
	}

	#choose(id) {
		this.#chosen = this.#chosen === id ? null : id;
		this.#mark();
		this.choose(this.#chosen);
	}

	/** Show the chosen person's ties by name and the others faintly; keep one person in the tab order. */
	#mark() {
		const people = [...this.element.querySelectorAll(".person")];
		const near = new Set([this.#chosen]);
		for (const tie of this.element.querySelectorAll(".tie")) {
			const ends = [tie.dataset.from, tie.dataset.to];
			const isNear = ends.includes(this.#chosen);
			if (isNear) ends.forEach((id) => near.add(id));
			tie.classList.toggle("is-near", isNear);
			tie.classList.toggle("is-faded", Boolean(this.#chosen) && !isNear);
		}
		for (const person of people) {
			person.classList.toggle("is-faded", Boolean(this.#chosen) && !near.has(person.dataset.person));
			person.setAttribute("aria-pressed", String(person.dataset.person === this.#chosen));
			person.setAttribute("tabindex", "-1");
		}
		(people.find((person) => person.dataset.person === this.#chosen) ?? people[0])?.setAttribute("tabindex", "0");
	}

	#onKey(event) {
		const people = [...this.element.querySelectorAll(".person")];
		const current = people.indexOf(event.target);
		if (current < 0) return;
		if (event.key === "Enter" || event.key === " ") this.#choose(event.target.dataset.person);
		else if (event.key in ARROWS) people[(current + ARROWS[event.key] + people.length) % people.length].focus();
		else return;
		event.preventDefault();
	}
}

/** One line for each pair of people: the strong ones, all that the text states, and everybody's strongest.
 * @param {Set<string>} ids @param {Relation[]} relations the strongest first */
function linesBetween(ids, relations) {
	const lines = new Map();
	for (const { from, to, type, weight } of relations) {
		if (!ids.has(from) || !ids.has(to)) continue;
		const pair = [from, to].sort().join();
		if (!lines.has(pair)) lines.set(pair, { from, to, strength: Math.sqrt(weight / relations[0].weight), stated: new Set() });
		if (!LOOSE.has(type)) lines.get(pair).stated.add(type);
	}
	const reached = new Set();
	return [...lines.values()].filter(({ from, to, stated }, rank) => {
		const reachesSomeone = !reached.has(from) || !reached.has(to);
		reached.add(from).add(to);
		return reachesSomeone || stated.size > 0 || rank < LINES_PER_PERSON * ids.size;
	});
}

/** An estimate for 13 px type: CJK characters fill their square, others about half of it. */
function labelWidth(name) {
	return [...name].reduce((width, character) => width + (character > "⺀" ? 13 : 6.9), 0);
}
