/** The relations as a drawing: circles for people, lines for ties; the same input always gives the same drawing. */

import { el, refill, svg } from "./element.js";
import { forceLayout } from "./force_layout.js";
import { t, term } from "./i18n.js";
/** @import {Novel, Relation} from "./novel.js" */

/** More people than these give a tangle; the table has them all. */
const PEOPLE = { wide: 20, narrow: 10 };
const NARROW_WIDTH = 560;
/** Ties that come from sharing a scene and have no direction; the others are stated by the text. */
export const LOOSE = new Set(["talks_with", "appears_with"]);
const ARROWS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class RelationsPicture {
	element = el("div", { class: "picture" });
	/** @type {Relation[]} */ #relations = [];
	/** @type {string | null} */ #chosen = null;
	#width = 0;

	/** @param {Novel} novel @param {(characterId: string) => void} choose */
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
		const ids = new Set(people.map((person) => person.id));
		const ties = this.#relations.filter(({ from, to }) => ids.has(from) && ids.has(to));
		const heaviest = Math.max(1, ...ties.map((tie) => tie.weight));
		const edges = ties.map((tie) => ({ ...tie, strength: Math.sqrt(tie.weight / heaviest) }));
		const places = forceLayout(people, edges, width, height);
		refill(this.element, svg("svg", {
			width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": t("relations.picture"), onkeydown: (event) => this.#onKey(event),
		}, edges.reverse().map((edge) => this.#line(edge, places)), people.map((person) => this.#circle(person, places.get(person.id)))));
		this.#mark();
	}

	/** Those with the most ties, as much as the drawing holds. */
	#people(most) {
		const weights = new Map();
		for (const { from, to, weight } of this.#relations) for (const id of [from, to]) weights.set(id, (weights.get(id) ?? 0) + weight);
		const heaviest = Math.max(1, ...weights.values());
		return [...weights].sort((a, b) => b[1] - a[1]).slice(0, most).map(([id, weight]) => {
			const name = this.novel.nameOf(id);
			return { id, name, radius: 7 + 15 * Math.sqrt(weight / heaviest), labelWidth: labelWidth(name) };
		});
	}

	#line({ from, to, type, strength }, places) {
		const [a, b] = [places.get(from), places.get(to)];
		const isLoose = LOOSE.has(type);
		const isNamed = !isLoose && this.#width >= NARROW_WIDTH; // In a narrow picture its name would cover people's.
		return svg("g", { class: `tie ${isLoose ? "is-loose" : "is-stated"}`, "data-from": from, "data-to": to },
			svg("line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y, "stroke-width": 1 + 5 * strength }),
			isNamed && svg("text", { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 - 3 }, term("relation", type)));
	}

	#circle({ id, name, radius }, { x, y }) {
		return svg("g", {
			class: `person ${this.novel.speakerClass(id)}`, "data-person": id, role: "button", tabindex: "-1", "aria-label": name,
			onclick: () => this.#choose(id),
		}, svg("circle", { cx: x, cy: y, r: radius }), svg("text", { x, y: y + radius + 15 }, name));
	}

	#choose(id) {
		this.#chosen = this.#chosen === id ? null : id;
		this.#mark();
		this.choose(this.#chosen);
	}

	#mark() {
		const people = [...this.element.querySelectorAll(".person")];
		const ties = [...this.element.querySelectorAll(".tie")];
		const near = new Set([this.#chosen, ...ties.map(({ dataset }) => (dataset.from === this.#chosen ? dataset.to : dataset.to === this.#chosen ? dataset.from : null))]);
		for (const tie of ties) tie.classList.toggle("is-faded", Boolean(this.#chosen) && tie.dataset.from !== this.#chosen && tie.dataset.to !== this.#chosen);
		for (const person of people) {
			const id = person.dataset.person;
			person.classList.toggle("is-faded", Boolean(this.#chosen) && !near.has(id));
			person.setAttribute("aria-pressed", String(id === this.#chosen));
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

/** An estimate for 13 px type: CJK characters fill their square, others about half of it. */
function labelWidth(name) {
	return [...name].reduce((width, character) => width + (character > "⺀" ? 13 : 6.9), 0);
}
