-- Replaces a session's refresh token. KEYS: session. ARGV: digest given, digest of the next, seconds.
-- Answers whose it is and its epoch; nothing when there is no session or when the token was used before:
-- then somebody copied it, and the session ends for both.
local kept = redis.call('HMGET', KEYS[1], 'refresh', 'user', 'epoch')
if not kept[1] then
  return {}
end
if kept[1] ~= ARGV[1] then
  redis.call('DEL', KEYS[1])
  return {}
end
redis.call('HSET', KEYS[1], 'refresh', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return {kept[2], kept[3]}
