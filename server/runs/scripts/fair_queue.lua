-- Whose run is next. Included before the scripts of the fair queue.
-- KEYS: waiting, owners, owners of low priority, members, active, counts, workers.
--   waiting  ZSET of members <priority>|<owner>|<number>|<run>|<graph>|<thread>, all of score 0: an owner's runs are a range
--   owners   ZSET of the owners with waiting runs, by the turn at which each was last served or came in
--   members  HASH run -> its member, while it waits
--   active   HASH run -> <owner>|<graph>|<thread>, from when its turn comes until it ends
--   counts   HASH of counters: number and turn; active runs by o|<owner> and g|<graph>; mean seconds by s|<graph>
--   workers  HASH worker -> <slots>|<milliseconds until which it is alive>
-- "|" stands for the unit separator, which no name contains. ARGV: limits on active runs of one owner, of one
-- graph and of all (0 is none), then what the script itself takes.
local WAITING, OWNERS, LOW, MEMBERS, ACTIVE, COUNTS, WORKERS = unpack(KEYS)
local OWNER_LIMIT, GRAPH_LIMIT, TOTAL_LIMIT = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local LOOK_AT_OWNERS, LOOK_AT_RUNS = 200, 20 -- how far one search for the next run goes
local LOW_EVERY = 8 -- each so many turns begin with the low priority, so that it never starves

local function count(name) return tonumber(redis.call('HGET', COUNTS, name)) or 0 end

local function take_apart(member)
  local parts = {}
  for part in string.gmatch(member, '[^\31]+') do parts[#parts + 1] = part end
  return unpack(parts)
end

local function range_of(priority, owner)
  local prefix = priority .. '\31' .. owner .. '\31'
  return '[' .. prefix, '(' .. prefix .. '\255'
end

-- How many runs the living workers can execute at a time.
local function capacity()
  local now, total = now_ms(), 0
  local all = redis.call('HGETALL', WORKERS)
  for i = 1, #all, 2 do
    local slots, alive = take_apart(all[i + 1])
    if tonumber(alive) > now then
      total = total + tonumber(slots)
    else
      redis.call('HDEL', WORKERS, all[i])
    end
  end
  return TOTAL_LIMIT > 0 and math.min(total, TOTAL_LIMIT) or total
end

-- The owner's first waiting run whose graph has room.
local function first_with_room(priority, owner)
  local low, high = range_of(priority, owner)
  for _, member in ipairs(redis.call('ZRANGEBYLEX', WAITING, low, high, 'LIMIT', 0, LOOK_AT_RUNS)) do
    local _, _, _, _, graph = take_apart(member)
    if GRAPH_LIMIT == 0 or count('g\31' .. graph) < GRAPH_LIMIT then return member end
  end
end

-- The next run of a priority: of the owner with the fewest active runs; among these, whose turn was longest ago.
local function next_of(priority, owners)
  local best, fewest
  for _, owner in ipairs(redis.call('ZRANGE', owners, 0, LOOK_AT_OWNERS - 1)) do
    local active = count('o\31' .. owner)
    if (OWNER_LIMIT == 0 or active < OWNER_LIMIT) and (not fewest or active < fewest) then
      local member = first_with_room(priority, owner)
      if member then best, fewest = member, active end
      if fewest == 0 then break end
    end
  end
  return best
end

local function stop_waiting(member)
  local priority, owner, _, run = take_apart(member)
  local owners = priority == 'low' and LOW or OWNERS
  redis.call('ZREM', WAITING, member)
  redis.call('HDEL', MEMBERS, run)
  local low, high = range_of(priority, owner)
  if redis.call('ZLEXCOUNT', WAITING, low, high) == 0 then redis.call('ZREM', owners, owner) end
end

local function start(member)
  local priority, owner, _, run, graph, thread = take_apart(member)
  local turn = redis.call('HINCRBY', COUNTS, 'turn', 1)
  redis.call('ZADD', priority == 'low' and LOW or OWNERS, 'XX', turn, owner)
  stop_waiting(member)
  redis.call('HSET', ACTIVE, run, table.concat({owner, graph, thread}, '\31'))
  redis.call('HINCRBY', COUNTS, 'o\31' .. owner, 1)
  redis.call('HINCRBY', COUNTS, 'g\31' .. graph, 1)
  return run
end

-- Let as many runs begin as the workers have room for; returns them.
local function dispatch()
  local started, room = {}, capacity() - redis.call('HLEN', ACTIVE)
  while #started < room do
    local first_low = (count('turn') + 1) % LOW_EVERY == 0
    local member = (first_low and next_of('low', LOW)) or next_of('normal', OWNERS) or next_of('low', LOW)
    if not member then break end
    started[#started + 1] = start(member)
  end
  return started
end

local function forget_active(run)
  local found = redis.call('HGET', ACTIVE, run)
  if not found then return nil end
  local owner, graph = take_apart(found)
  redis.call('HDEL', ACTIVE, run)
  for _, name in ipairs({'o\31' .. owner, 'g\31' .. graph}) do
    if redis.call('HINCRBY', COUNTS, name, -1) <= 0 then redis.call('HDEL', COUNTS, name) end
  end
  return graph
end
