-- Walk up from a checkpoint and collect what its ancestors wrote to some channels, each up to its nearest
-- stored value. ARGV: namespace, checkpoint name or '' for the newest, ancestors to visit at most, channels.
-- Returns {'ok', name to go on from or '', rows}; a row is {write names, writes, channels, the fields' values of each}.
local namespace, name, budget = ARGV[1], ARGV[2], tonumber(ARGV[3])
local wanted, left = {}, #ARGV - 3
for i = 4, #ARGV do wanted[ARGV[i]] = true end

local gone = lost()
if gone then return {'incomplete', gone} end
if name == '' then
  name = redis.call('ZREVRANGEBYLEX', IDS, '(' .. namespace .. '\32', '[' .. namespace .. '\31', 'LIMIT', 0, 1)[1]
end

local function parent_of(child)
  local packed = redis.call('HGET', DATA, 'm\31' .. child)
  local parent = packed and manifest_of(packed).parent or ''
  return parent ~= '' and namespace .. '\31' .. parent or nil
end

-- The writes of one checkpoint to the wanted channels.
local function wanted_writes(checkpoint)
  local names, writes = pending(checkpoint)
  local some_names, some = {}, {}
  for i = 1, #names do
    local head = writes[i] and string.match(writes[i], '^[^%z]*')
    if not head then return nil end
    if wanted[string.match(head, '\31([^\31]*)$')] then
      some_names[#some_names + 1], some[#some + 1] = names[i], writes[i]
    end
  end
  return some_names, some
end

local rows = {}
local cursor = name and parent_of(name)
while cursor and left > 0 and budget > 0 do
  local packed = redis.call('HGET', DATA, 'm\31' .. cursor)
  if not packed then
    cursor = nil
    break
  end
  local manifest = manifest_of(packed)
  local names, writes = wanted_writes(cursor)
  if not names then return {'incomplete', cursor} end
  local channels, seeds = {}, {}
  for channel, fields in pairs(manifest.channels) do
    if wanted[channel] then
      wanted[channel], left = nil, left - 1
      local frames = values(fields)
      if any_missing(frames) then return {'incomplete', cursor} end
      channels[#channels + 1], seeds[#seeds + 1] = channel, frames
    end
  end
  rows[#rows + 1] = {names, writes, channels, seeds}
  name, budget = cursor, budget - 1
  cursor = manifest.parent ~= '' and namespace .. '\31' .. manifest.parent or nil
end
return {'ok', cursor and left > 0 and name or '', rows}
