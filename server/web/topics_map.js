/** How topics and documents lie to each other: likeness, hierarchy, and a map, drawn from the tables of the report. */

import { rowsOf } from "./archive.js";
import { button, el, svg } from "./element.js";
import { LEFT, LINE, nameAt, picture, short, WIDTH } from "./figure.js";
import { formatNumber, formatShare, t } from "./i18n.js";
import { heatPicture } from "./topics_figures.js";
/** @import {Archive} from "./archive.js" */

const MAP_HEIGHT = 460;
const COLOURS = 12; // As many as speakers have.

/** How like the words of each two topics are. @param {Record<string, any>} analysis @param {Map<number, string>} names */
export function similarityPicture({ topics, similarity }, names) {
	const label = ({ id }) => names.get(id);
	return heatPicture(t("topics.similarity"), topics.map((one) => `${one.id} ${label(one)}`), topics.map(({ id }) => String(id)), similarity.map((row, at) =>
		row.map((value, beside) => ({ value, told: `${label(topics[at])} – ${label(topics[beside])}: ${formatNumber(value)}` }))));
}

/** How topics come together, the nearest first. @param {Archive} archive @param {Map<number, string>} names */
export async function hierarchyPicture(archive, names) {
	const [, ...rows] = rowsOf(await (await archive.read("figures/hierarchy.csv")).text());
	const nodes = new Map([...names].map(([id, name]) => [`topic ${id}`, { name, x: LEFT, below: [] }]));
	const most = Math.max(...rows.map((row) => Number(row[3])));
	for (const [number, one, other, distance] of rows) {
		nodes.set(`join ${number}`, { distance: Number(distance), x: LEFT + (distance / most) * (WIDTH - LEFT - 20), below: [nodes.get(one), nodes.get(other)] });
	}
	const top = [...nodes.values()].at(-1);
	const leaves = leavesOf(top);
	leaves.forEach((leaf, place) => { leaf.y = (place + 0.5) * LINE; });
	return picture(t("topics.hierarchy"), leaves.length * LINE + 8, leaves.map(({ name, y }) => nameAt(name, y + 4)), [...nodes.values()].map((node) => node.below.length > 0 && join(node)));
}

const leavesOf = (node) => (node.below.length ? node.below.flatMap(leavesOf) : [node]);

/** Called from the nearest on, so that what lies below has its height. */
function join(node) {
	const [one, other] = node.below;
	node.y = (one.y + other.y) / 2;
	const names = node.below.map((part) => leavesOf(part).map(({ name }) => name).join(", ")).join(" + ");
	return svg("g", { class: "series" },
		svg("path", { d: `M${one.x} ${one.y}H${node.x}V${other.y}H${other.x}` }),
		svg("circle", { cx: node.x, cy: node.y, r: 5, "data-told": t("topics.join", { names, distance: formatNumber(node.distance) }) }));
}

/** Documents on a plane, coloured by their main topics; one topic's can be seen alone. @param {Record<string, any>} analysis @param {Map<number, string>} names */
export function documentMap({ topics, map }, names) {
	const texts = new Map(topics.flatMap(({ representatives }) => representatives.map(({ row, text }) => [row, text])));
	const [x, y] = ["x", "y"].map((axis) => scale(map.points.map((point) => point[axis]), axis === "x" ? WIDTH : MAP_HEIGHT));
	const points = topics.map(({ id }, place) => map.points.filter(({ topic }) => topic === place).map((point) => svg("circle", {
		class: `point speaker-${(place % COLOURS) + 1}`, cx: x(point.x), cy: MAP_HEIGHT - y(point.y), r: 4,
		"data-told": `${t("topics.row", { row: point.row })} · ${names.get(id)}${texts.has(point.row) ? ` · ${short(texts.get(point.row), 120)}` : ""}`,
	})));
	const choose = (chosen) => choices.forEach((choice, place) => {
		const isAlone = place === chosen && choice.getAttribute("aria-pressed") !== "true";
		choice.setAttribute("aria-pressed", String(isAlone));
		if (place === chosen) points.forEach((own, at) => own.forEach((point) => point.classList.toggle("is-faded", isAlone && at !== chosen)));
	});
	const choices = topics.map(({ id }, place) => button({ class: "chip", "data-only": id, "aria-pressed": "false", onclick: () => choose(place) },
		el("span", { class: `swatch speaker-${(place % COLOURS) + 1}`, "aria-hidden": "true" }), names.get(id)));
	const [across, up] = map.variance.map(formatShare);
	return [
		el("div", { class: "legend", role: "group", "aria-label": t("topics.map") }, choices),
		picture(t("topics.map"), MAP_HEIGHT, points.flat()),
		el("p", { class: "muted" }, t("topics.map_axes", { n: formatNumber(map.points.length), of: formatNumber(map.of), across, up })),
	];
}

/** From values to places, within a margin. */
function scale(values, length) {
	const [low, high] = [Math.min(...values), Math.max(...values)];
	return (value) => 10 + ((value - low) / (high - low || 1)) * (length - 20);
}
