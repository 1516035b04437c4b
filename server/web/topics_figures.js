/** Figures of topics, drawn from a result's analysis and from nothing else; print has those of the report. */

import { LEFT, LINE, nameAt, picture, short, WIDTH } from "./figure.js";
import { button, el, refill, svg } from "./element.js";
import { formatNumber, formatShare, t } from "./i18n.js";

const HEIGHT = 280; // Of figures over time, and over numbers of topics.
/** A share with its interval. @param {{share: number, low: number | null, high: number | null}} part */
export const rangeOf = ({ share, low, high }) => formatShare(share) + (low == null ? "" : ` (${formatShare(low)} – ${formatShare(high)})`);
const MEASURES = ["score", "coherence", "diversity", "stability_words", "stability_documents"];

/** Each topic's share of the documents, with its interval. @param {{id: number, label: string, share: {mean: number, low: number | null, high: number | null}}[]} topics */
export function sharesPicture(topics) {
	const most = Math.max(...topics.map(({ share }) => share.high ?? share.mean));
	const at = (value) => LEFT + (value / most) * (WIDTH - LEFT - 70);
	return picture(t("topics.shares"), topics.length * LINE, topics.map(({ label, share: { mean, low, high } }, place) => {
		const y = place * LINE;
		return svg("g", {}, nameAt(label, y + 17),
			svg("rect", { class: "bar", x: LEFT, y: y + 4, width: at(mean) - LEFT, height: LINE - 10, "data-told": `${label}: ${rangeOf({ share: mean, low, high })}` }),
			low != null && svg("line", { class: "whisker", x1: at(low), x2: at(high), y1: y + LINE / 2 - 1, y2: y + LINE / 2 - 1 }),
			svg("text", { x: at(high ?? mean) + 6, y: y + 17 }, formatShare(mean)));
	}));
}

/** Shares over time: a line each, and the chosen topic's with its interval. @param {Record<string, any>} time @param {Map<number, string>} names */
export function timePicture({ periods, topics }, names) {
	const most = Math.max(...topics.flatMap(({ series }) => series.map(({ share, high }) => high ?? share)));
	const x = (place) => 50 + (place / Math.max(periods.length - 1, 1)) * (WIDTH - 70);
	const y = (share) => HEIGHT - 30 - (share / most) * (HEIGHT - 50);
	const every = Math.ceil(periods.length / 10);
	const drawn = el("div", {});
	const choices = topics.map(({ topic }) => button({ class: "chip", "data-trend": topic, onclick: () => show(topic) }, names.get(topic)));
	const show = (chosen) => {
		const path = (series, key) => series.map((point, at) => `${x(at)},${y(point[key] ?? point.share)}`);
		const { series, direction, p_corrected: p } = topics.find(({ topic }) => topic === chosen);
		for (const choice of choices) choice.setAttribute("aria-pressed", String(choice.dataset.trend === String(chosen)));
		refill(drawn,
			picture(t("topics.over_time"), HEIGHT,
				[0, most].map((share) => svg("text", { x: 44, y: y(share) + 4, "text-anchor": "end" }, formatShare(share))),
				periods.map((period, at) => at % every === 0 && svg("text", { x: x(at), y: HEIGHT - 8, "text-anchor": "middle" }, period)),
				svg("polygon", { class: "band", points: [...path(series, "low"), ...path(series, "high").reverse()].join(" ") }),
				topics.map((one) => svg("polyline", { class: one.topic === chosen ? "trend is-chosen" : "trend", points: path(one.series, "share").join(" ") }, svg("title", {}, names.get(one.topic)))),
				series.map((point, at) => svg("circle", {
					class: "bar", cx: x(at), cy: y(point.share), r: 4,
					"data-told": `${point.period}: ${rangeOf(point)}${point.documents == null ? "" : ` · ${t("topics.documents", { n: formatNumber(point.documents) })}`}`,
				}))),
			el("p", { class: "muted", id: "topics-trend" }, t(`topics.trend_${direction}`), p != null && ` · p ${p < 0.001 ? `< ${formatNumber(0.001)}` : `= ${formatNumber(p)}`}`));
	};
	show(topics[0].topic);
	return el("div", {}, drawn, el("div", { class: "legend", role: "group", "aria-label": t("topics.over_time") }, choices));
}

/** Values of rows and columns: the more, the darker.
 * @param {string} label @param {string[]} down @param {string[]} across @param {{value: number, told: string}[][]} cells */
export function heatPicture(label, down, across, cells) {
	const most = Math.max(...cells.flat().map(({ value }) => value));
	const wide = (WIDTH - LEFT) / across.length;
	return picture(label, (down.length + 1) * LINE,
		across.map((name, at) => svg("text", { x: LEFT + (at + 0.5) * wide, y: 16, "text-anchor": "middle" }, wide < 24 ? "" : short(name, Math.floor(wide / 8)))),
		cells.map((row, place) => svg("g", {}, nameAt(down[place], (place + 1) * LINE + 17), row.map(({ value, told }, at) => svg("rect", {
			class: "bar", x: LEFT + at * wide, y: (place + 1) * LINE, width: wide - 1, height: LINE - 1, "fill-opacity": value / most, "data-told": told,
		})))));
}

/** Shares by group. @param {Record<string, any>} column @param {Map<number, string>} names */
export function groupHeat({ groups, topics }, names) {
	return [
		heatPicture(t("topics.shares"), topics.map(({ topic, differs }) => `${names.get(topic)}${differs ? " *" : ""}`), groups, topics.map(({ topic, values }) =>
			values.map((one) => ({ value: one.share, told: `${names.get(topic)} · ${one.group}: ${rangeOf(one)}` })))),
		el("p", { class: "muted" }, t("topics.differs")),
	];
}

/** The numbers of topics that were tried, by what they were judged by. @param {Record<string, any>} selection */
export function countsPicture({ tried = [], topics }) {
	const counts = tried.map((row) => row.topics);
	if (new Set(counts).size < 2) return null;
	const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
	const known = MEASURES.filter((name) => tried.every((row) => row[name] != null));
	const values = known.flatMap((name) => tried.map((row) => row[name]));
	const [low, high] = [Math.min(0, ...values), Math.max(1, ...values)];
	const x = (count) => 50 + ((count - fewest) / (most - fewest)) * (WIDTH - 80);
	const y = (value) => HEIGHT - 30 - ((value - low) / (high - low)) * (HEIGHT - 45);
	return [
		picture(t("topics.counts"), HEIGHT,
			[low, high].map((value) => svg("text", { x: 44, y: y(value) + 4, "text-anchor": "end" }, formatNumber(value))),
			counts.map((count) => svg("text", { x: x(count), y: HEIGHT - 8, "text-anchor": "middle", class: count === topics ? "is-chosen" : null }, count)),
			svg("line", { class: "chosen", x1: x(topics), x2: x(topics), y1: y(high), y2: y(low) }),
			known.map((name, place) => svg("g", { class: `speaker-${place + 1} series` },
				svg("polyline", { points: tried.map((row) => `${x(row.topics)},${y(row[name])}`).join(" ") }),
				tried.map((row) => svg("circle", { cx: x(row.topics), cy: y(row[name]), r: 4, "data-told": `${t("topics.found", { n: row.topics })} · ${t(`topics.${name}`)}: ${formatNumber(row[name])}` }))))),
		el("p", { class: "legend" }, known.map((name, place) => el("span", { class: "chip" }, el("span", { class: `swatch speaker-${place + 1}`, "aria-hidden": "true" }), t(`topics.${name}`)))),
	];
}
