/** Figures of topics, drawn from a result's analysis and from nothing else; print has those of the report. */

import { button, el, refill, svg } from "./element.js";
import { formatNumber, formatShare, t } from "./i18n.js";

const WIDTH = 720;
const LEFT = 210; // For names.
const LINE = 26;
const HEIGHT = 280; // Of figures over time.
const LONGEST = 21; // Characters of a name.

const short = (name) => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name);
const picture = (label, height, ...parts) => svg("svg", { class: "topics-figure", viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": label }, ...parts);
const nameAt = (name, y) => svg("text", { x: LEFT - 8, y, "text-anchor": "end" }, short(name), svg("title", {}, name));

/** Each topic's share of the documents, with its interval. @param {{id: number, label: string, share: {mean: number, low: number | null, high: number | null}}[]} topics */
export function sharesPicture(topics) {
	const most = Math.max(...topics.map(({ share }) => share.high ?? share.mean));
	const at = (value) => LEFT + (value / most) * (WIDTH - LEFT - 70);
	return picture(t("topics.shares"), topics.length * LINE, topics.map(({ label, share: { mean, low, high } }, place) => {
		const y = place * LINE;
		return svg("g", {}, nameAt(label, y + 17),
			svg("rect", { class: "bar", x: LEFT, y: y + 4, width: at(mean) - LEFT, height: LINE - 10 }),
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
	const place = el("div", {});
	const show = (chosen) => {
		const path = (series, key) => series.map((point, at) => `${x(at)},${y(point[key] ?? point.share)}`);
		const { series, direction, p_corrected: p } = topics.find(({ topic }) => topic === chosen);
		refill(place,
			picture(t("topics.over_time"), HEIGHT,
				[0, most].map((share) => svg("text", { x: 44, y: y(share) + 4, "text-anchor": "end" }, formatShare(share))),
				periods.map((period, at) => at % every === 0 && svg("text", { x: x(at), y: HEIGHT - 8, "text-anchor": "middle" }, period)),
				svg("polygon", { class: "band", points: [...path(series, "low"), ...path(series, "high").reverse()].join(" ") }),
				topics.map((one) => svg("polyline", { class: one.topic === chosen ? "trend is-chosen" : "trend", points: path(one.series, "share").join(" ") }, svg("title", {}, names.get(one.topic)))),
				series.map(({ period, share, low, high, documents }, at) => svg("circle", { class: "bar", cx: x(at), cy: y(share), r: 4 },
					svg("title", {}, `${period}: ${formatShare(share)}${low == null ? "" : ` (${formatShare(low)} – ${formatShare(high)})`}${documents == null ? "" : `, ${documents}`}`)))),
			el("p", { class: "muted", id: "topics-trend" }, t(`topics.trend_${direction}`), p != null && ` · p = ${formatNumber(p)}`),
			el("div", { class: "panel-tools", role: "group", "aria-label": t("topics.over_time") }, topics.map(({ topic }) =>
				button({ class: "quiet", "data-trend": topic, "aria-pressed": String(topic === chosen), onclick: () => show(topic) }, names.get(topic)))));
	};
	show(topics[0].topic);
	return place;
}

/** Shares by group: the more, the darker. @param {Record<string, any>} column @param {Map<number, string>} names */
export function groupHeat({ groups, topics }, names) {
	const most = Math.max(...topics.flatMap(({ values }) => values.map(({ share }) => share)));
	const wide = (WIDTH - LEFT) / groups.length;
	return el("div", {},
		picture(t("topics.shares"), (topics.length + 1) * LINE,
			groups.map((group, at) => svg("text", { x: LEFT + (at + 0.5) * wide, y: 16, "text-anchor": "middle" }, wide < 24 ? "" : short(group).slice(0, wide / 7))),
			topics.map(({ topic, values, differs }, row) => svg("g", {}, nameAt(`${names.get(topic)}${differs ? " *" : ""}`, (row + 1) * LINE + 17),
				values.map(({ group, share, low, high }, at) => svg("rect", {
					class: "bar", x: LEFT + at * wide, y: (row + 1) * LINE, width: wide - 1, height: LINE - 1, "fill-opacity": share / most,
				}, svg("title", {}, `${group}: ${formatShare(share)}${low == null ? "" : ` (${formatShare(low)} – ${formatShare(high)})`}`)))))),
		el("p", { class: "muted" }, t("topics.differs")));
}

/** The numbers of topics that were tried. @param {Record<string, any>} selection */
export function countsTable({ tried = [], topics, reason, model_reason: modelReason }) {
	const columns = ["coherence", "diversity", "stability_words", "stability_documents", "separation", "score"];
	return el("div", {},
		el("table", { class: "targets" },
			el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("topics.counts")), columns.map((name) => el("th", { scope: "col" }, t(`topics.${name}`))))),
			el("tbody", {}, tried.map((row) => el("tr", { class: row.topics === topics ? "is-chosen" : null }, el("th", { scope: "row" }, row.topics),
				columns.map((name) => el("td", {}, row[name] == null ? "–" : formatNumber(row[name]))))))),
		[...new Set([reason, modelReason])].map((why) => why && el("p", { class: "muted" }, why)));
}
