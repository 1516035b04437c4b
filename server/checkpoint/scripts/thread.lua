-- What every script knows of its thread. Included before the others.
-- KEYS: meta, data, ids, writes of one thread. "\31" separates names, "\0" the parts of a manifest.
local META, DATA, IDS, WRITES = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local CHUNK = 500 -- arguments that one call may unpack onto Lua's stack

-- Fields of META: marks of the keys that must exist, the thread's own TTL, its highest fencing token.
local marks = redis.call('HMGET', META, 'checkpoints', 'writes', 'ttl', 'fence')

-- The key that is gone although the thread has written to it, or nil.
local function lost()
  if marks[1] and marks[2] and redis.call('EXISTS', IDS, WRITES, DATA) == 3 then return nil end
  local has_ids, has_writes = redis.call('EXISTS', IDS) == 1, redis.call('EXISTS', WRITES) == 1
  if has_ids ~= (marks[1] ~= false) then return has_ids and META or IDS end
  if has_writes ~= (marks[2] ~= false) then return has_writes and META or WRITES end
  if (has_ids or has_writes) and redis.call('EXISTS', DATA) == 0 then return DATA end
  return nil
end

-- The highest token seen, when this writer's is older; else nil, and the writer's is the highest.
local function overtaken(token)
  if token == '' then return nil end
  if marks[4] and tonumber(token) < tonumber(marks[4]) then return marks[4] end
  if token ~= marks[4] then redis.call('HSET', META, 'fence', token) end
  return nil
end

-- Let all keys expire at one moment: the thread's own TTL from now, else the saver's (milliseconds, '' for
-- none). A saver without one leaves the moment as it is, for keys that are new, too.
local function slide(default)
  local ttl = marks[3] or default
  if ttl == 'never' then return end
  if ttl == '' and marks[1] and marks[2] then return end -- all keys were there before
  local left = ttl ~= '' and tonumber(ttl) or redis.call('PTTL', META)
  if left < 0 then return end
  local now = redis.call('TIME')
  local moment = string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000) + left)
  for _, key in ipairs({META, DATA, IDS, WRITES}) do redis.call('PEXPIREAT', key, moment) end
end

-- The values of fields of DATA; false where one is missing.
local function values(fields)
  local found = {}
  for first = 1, #fields, CHUNK do
    local last = math.min(first + CHUNK - 1, #fields)
    local part = redis.call('HMGET', DATA, unpack(fields, first, last))
    for i = 1, #part do found[first + i - 1] = part[i] end
  end
  return found
end

-- Call a command with any number of arguments. Returns the sum of its replies.
local function in_chunks(command, key, arguments)
  local sum = 0
  for first = 1, #arguments, CHUNK do
    sum = sum + redis.call(command, key, unpack(arguments, first, math.min(first + CHUNK - 1, #arguments)))
  end
  return sum
end

-- The names in a ZSET that continue this one.
local function continuing(key, name)
  return redis.call('ZRANGEBYLEX', key, '[' .. name .. '\31', '(' .. name .. '\32')
end

-- The fields of a blob of a manifest, the lowest piece first.
local function fields_of(blob)
  local prefix, names = string.match(blob, '^(p\31[^\31]*\31[^\31]*\31)(.*)$')
  if not prefix then return {blob} end
  local fields = {}
  for name in string.gmatch(names, '[^\31]+') do fields[#fields + 1] = prefix .. name end
  return fields
end

-- A manifest taken apart: parent, run, channels that ancestors hold (a set), blobs (lists of fields), all fields,
-- fields by channel.
local function manifest_of(packed)
  local parts = {}
  for part in string.gmatch(packed .. '\0', '([^%z]*)%z') do parts[#parts + 1] = part end
  local manifest = {parent = parts[1], run = parts[2], needs = {}, blobs = {}, fields = {}, channels = {}}
  for channel in string.gmatch(parts[3], '[^\31]+') do manifest.needs[channel] = true end
  for i = 4, #parts do
    local fields = fields_of(parts[i])
    manifest.blobs[#manifest.blobs + 1] = fields
    for _, field in ipairs(fields) do manifest.fields[#manifest.fields + 1] = field end
    manifest.channels[string.match(parts[i], '^%l\31[^\31]*\31([^\31]*)\31')] = fields
  end
  return manifest
end

-- Names and values of a checkpoint's pending writes.
local function pending(name)
  local names = continuing(WRITES, name)
  local fields = {}
  for i = 1, #names do fields[i] = 'w\31' .. names[i] end
  return names, values(fields)
end

local function any_missing(list)
  for i = 1, #list do if not list[i] then return true end end
  return false
end
