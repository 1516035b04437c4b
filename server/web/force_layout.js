/**
 * Where to draw people so that those with strong ties stand close together.
 * Fruchterman and Reingold (1991), "Graph drawing by force-directed placement", from a fixed start: the same people
 * and ties always give the same picture.
 *
 * @typedef {{id: string, radius: number, labelWidth: number}} Node pixels
 * @typedef {{from: string, to: string, strength: number}} Edge strength: 0 to 1
 * @typedef {{x: number, y: number}} Point
 */

const ROUNDS = 300;
const SPREAD_ROUNDS = 80;
const LABEL_HEIGHT = 20;
const MARGIN = 8;

/** @param {Node[]} nodes the weightiest first @param {Edge[]} edges @param {number} width @param {number} height
 * @returns {Map<string, Point>} */
export function forceLayout(nodes, edges, width, height) {
	const bodies = nodes.map((node, index) => ({ ...node, ...seed(index, nodes.length, width, height), dx: 0, dy: 0 }));
	const byId = new Map(bodies.map((body) => [body.id, body]));
	const ideal = 0.6 * Math.sqrt((width * height) / nodes.length);
	for (let round = 0; round < ROUNDS; round++) {
		eachPair(bodies, (a, b) => push(a, b, (distance) => ideal ** 2 / distance));
		for (const { from, to, strength } of edges) push(byId.get(from), byId.get(to), (distance) => -(0.25 + 0.75 * strength) * distance ** 2 / ideal);
		const heat = 0.1 * height * (1 - round / ROUNDS);
		for (const body of bodies) settle(body, heat);
	}
	fill(bodies, "x", width);
	fill(bodies, "y", height);
	for (let round = 0; round < SPREAD_ROUNDS; round++) {
		eachPair(bodies, spread);
		for (const body of bodies) keepInside(body, width, height);
	}
	return byId;
}

/** A sunflower's seeds: even over the area, with no two in one place. */
function seed(index, count, width, height) {
	const angle = index * Math.PI * (3 - Math.sqrt(5));
	const distance = 0.45 * Math.sqrt((index + 0.5) / count);
	return { x: width * (0.5 + distance * Math.cos(angle)), y: height * (0.5 + distance * Math.sin(angle)) };
}

function eachPair(bodies, act) {
	bodies.forEach((a, index) => bodies.slice(index + 1).forEach((b) => act(a, b)));
}

function push(a, b, force) {
	const x = a.x - b.x || 0.01;
	const y = a.y - b.y || 0.01;
	const distance = Math.hypot(x, y);
	const share = force(distance) / distance;
	a.dx += x * share;
	a.dy += y * share;
	b.dx -= x * share;
	b.dy -= y * share;
}

function settle(body, heat) {
	const length = Math.hypot(body.dx, body.dy) || 1;
	const step = Math.min(length, heat) / length;
	body.x += body.dx * step;
	body.y += body.dy * step;
	body.dx = body.dy = 0;
}

/** Stretch or shrink to the middle of the box: nearly all of it for many people, less for few. */
function fill(bodies, axis, size) {
	const margin = Math.max(0.05, 0.3 - bodies.length / 50);
	const places = bodies.map((body) => body[axis]);
	const least = Math.min(...places);
	const range = Math.max(...places) - least || 1;
	for (const body of bodies) body[axis] = size * (margin + ((1 - 2 * margin) * (body[axis] - least)) / range);
}

/** Push apart what overlaps, label and all, along the shorter way. */
function spread(a, b) {
	const overlap = {
		x: (a.labelWidth + b.labelWidth) / 2 + MARGIN - Math.abs(a.x - b.x),
		y: a.radius + b.radius + LABEL_HEIGHT - Math.abs(a.y - b.y),
	};
	if (overlap.x <= 0 || overlap.y <= 0) return;
	const axis = overlap.x < overlap.y ? "x" : "y";
	const shift = (overlap[axis] / 2) * (a[axis] <= b[axis] ? -1 : 1);
	a[axis] += shift;
	b[axis] -= shift;
}

function keepInside(body, width, height) {
	const side = Math.min(width / 2, Math.max(body.radius, body.labelWidth / 2) + MARGIN);
	body.x = Math.min(width - side, Math.max(side, body.x));
	body.y = Math.min(height - body.radius - LABEL_HEIGHT - MARGIN, Math.max(body.radius + MARGIN, body.y));
}
