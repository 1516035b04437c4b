/**
 * A page of text cut for display: into paragraphs, and these at the edges of quotations and evidence.
 *
 * @typedef {{start: number, end: number}} Range UTF-16 units
 * @typedef {Range & {quote: object | null, isEvidence: boolean}} Piece
 */

/** A hard-wrapped line is about as long as a typewriter's; a paragraph on one line is shorter or much longer. */
const WRAPPED_LINE = { shortestMean: 45, longest: 100 };
const SAMPLE_UNITS = 40_000;

/** Whether single line breaks only wrap lines, so that paragraphs end at blank lines. */
export function isHardWrapped(text) {
	const sample = text.slice(0, SAMPLE_UNITS);
	const lines = [...sample.matchAll(/\S[^\r\n]*/g)];
	const wrapped = lines.filter((line, index) => index + 1 < lines.length && breaksBetween(sample, line, lines[index + 1]) === 1);
	const lengths = wrapped.map((line) => line[0].length);
	const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
	return wrapped.length * 2 > lines.length && mean >= WRAPPED_LINE.shortestMean && Math.max(...lengths) <= WRAPPED_LINE.longest;
}

function breaksBetween(text, line, next) {
	return text.slice(line.index + line[0].length, next.index).match(/\r\n|\r|\n/g)?.length ?? 0;
}

/** @returns {Range[]} */
export function paragraphRanges(text, joinsLines) {
	const ranges = [];
	let previous = null;
	for (const line of text.matchAll(/\S[^\r\n]*/g)) {
		const end = line.index + line[0].length;
		if (joinsLines && previous && breaksBetween(text, previous, line) === 1) ranges.at(-1).end = end;
		else ranges.push({ start: line.index, end });
		previous = line;
	}
	return ranges;
}

/** The paragraph's pieces in order: each wholly inside or outside any quotation and the evidence.
 * @param {Range} paragraph @param {(Range & {quote: object})[]} quotes in order, not overlapping
 * @param {Range | null} evidence @returns {Piece[]} */
export function pieces(paragraph, quotes, evidence) {
	const ranges = evidence ? [...quotes, evidence] : quotes;
	const edges = ranges.flatMap(({ start, end }) => [start, end]).filter((edge) => edge > paragraph.start && edge < paragraph.end);
	const cuts = [...new Set([paragraph.start, ...edges, paragraph.end])].sort((a, b) => a - b);
	return cuts.slice(1).map((end, index) => {
		const start = cuts[index];
		const holds = (range) => range.start <= start && end <= range.end;
		return { start, end, quote: quotes.find(holds)?.quote ?? null, isEvidence: evidence !== null && holds(evidence) };
	});
}
