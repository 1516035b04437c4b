-- Append events to a session's log, for the process that has the session. KEYS: session, events.
-- ARGV: epoch, sequence of the first event, milliseconds to keep, events to keep, state or '', the events.
-- Events that are sent again because a reply was lost are not appended twice.
-- Returns 1, or 0 when another process has the session.
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
local last = tonumber(redis.call('HGET', KEYS[1], 'sequence')) or 0
local first = tonumber(ARGV[2])
for i = 6, #ARGV do
  local sequence = first + i - 6
  if sequence > last then
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], sequence .. '-0', 'e', ARGV[i])
  end
end
local upto = first + #ARGV - 6
if upto > last then redis.call('HSET', KEYS[1], 'sequence', upto) end
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'state', ARGV[5]) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
