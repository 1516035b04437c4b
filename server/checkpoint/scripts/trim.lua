-- Remove checkpoints of a namespace, but no ancestor from which a remaining DeltaChannel is rebuilt.

-- Add to `kept` the ancestors that the kept checkpoints need.
local function keep_ancestors(namespace, kept, manifests)
  local start = {}
  for name in pairs(kept) do start[#start + 1] = name end
  for _, name in ipairs(start) do
    local manifest, left = manifests[name], {}
    for channel in pairs(manifest.needs) do
      if not manifest.channels[channel] then left[channel] = true end
    end
    while next(left) and manifest.parent ~= '' do
      local parent = namespace .. '\31' .. manifest.parent
      manifest = manifests[parent]
      if not manifest then break end
      kept[parent] = true
      for channel in pairs(manifest.channels) do left[channel] = nil end
    end
  end
end

-- Remove checkpoints and their writes, and the blobs that nobody names any more.
local function remove(dropped, kept, manifests)
  local fields, blobs = {}, {}
  for _, name in ipairs(dropped) do
    fields[#fields + 1] = 'c\31' .. name
    fields[#fields + 1] = 'm\31' .. name
    for _, write in ipairs(continuing(WRITES, name)) do fields[#fields + 1] = 'w\31' .. write end
    redis.call('ZREMRANGEBYLEX', WRITES, '[' .. name .. '\31', '(' .. name .. '\32')
    for _, blob in ipairs(manifests[name].fields) do blobs[blob] = true end
  end
  for name in pairs(kept) do
    for _, blob in ipairs(manifests[name].fields) do blobs[blob] = nil end
  end
  for blob in pairs(blobs) do fields[#fields + 1] = blob end
  in_chunks('HDEL', DATA, fields)
  in_chunks('ZREM', IDS, dropped)
end

-- Remove what came in for checkpoints that an earlier trim removed: it sorts before all that is kept.
local function remove_late(namespace, kept)
  local oldest
  for name in pairs(kept) do oldest = (not oldest or name < oldest) and name or oldest end
  if not oldest then return end
  local late = redis.call('ZRANGEBYLEX', WRITES, '[' .. namespace .. '\31', '(' .. oldest)
  for _, write in ipairs(late) do redis.call('HDEL', DATA, 'w\31' .. write) end
  in_chunks('ZREM', WRITES, late)
end

-- Unmark the keys that are empty now; a thread without anything is no more.
local function tidy()
  local empty_ids, empty_writes = redis.call('EXISTS', IDS) == 0, redis.call('EXISTS', WRITES) == 0
  if empty_ids and empty_writes then return redis.call('UNLINK', META, DATA) end
  if empty_ids then redis.call('HDEL', META, 'checkpoints') end
  if empty_writes then redis.call('HDEL', META, 'writes') end
end

-- All manifests of a namespace, by checkpoint name; nil where one is missing.
local function all_manifests(names)
  local fields, manifests = {}, {}
  for i = 1, #names do fields[i] = 'm\31' .. names[i] end
  local packed = values(fields)
  for i = 1, #names do manifests[names[i]] = manifest_of(packed[i] or '\0\0') end
  return manifests
end

-- Remove the checkpoints that `stays(name, manifest, age)` denies; the newest has age 1.
local function trim(namespaces, stays)
  local kept, manifests, candidates = {}, {}, {}
  for _, namespace in ipairs(namespaces) do
    local names = continuing(IDS, namespace)
    for name, manifest in pairs(all_manifests(names)) do manifests[name] = manifest end
    local here = {}
    for i, name in ipairs(names) do
      candidates[#candidates + 1] = name
      if stays(name, manifests[name], #names - i + 1) then here[name] = true end
    end
    keep_ancestors(namespace, here, manifests)
    remove_late(namespace, here)
    for name in pairs(here) do kept[name] = true end
  end
  local dropped = {}
  for _, name in ipairs(candidates) do
    if not kept[name] then dropped[#dropped + 1] = name end
  end
  if #dropped > 0 then remove(dropped, kept, manifests) end
  tidy()
end

-- The namespaces of the thread, as META lists them.
local function namespaces()
  local found = {}
  for _, name in ipairs(redis.call('HKEYS', META)) do
    if string.sub(name, 1, 2) == 'n\31' then found[#found + 1] = string.sub(name, 3) end
  end
  return found
end
