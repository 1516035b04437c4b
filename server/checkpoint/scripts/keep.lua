-- Give the thread a TTL of its own, also before its first checkpoint. ARGV: milliseconds, 'never', or '' for
-- the saver's default; that default.
local ttl = ARGV[1]
if ttl == '' then redis.call('HDEL', META, 'ttl') else redis.call('HSET', META, 'ttl', ttl) end
marks[3] = ttl ~= '' and ttl
if ttl == 'never' or (ttl == '' and ARGV[2] == '') then
  for _, key in ipairs({META, DATA, IDS, WRITES}) do redis.call('PERSIST', key) end
else
  slide(ARGV[2])
end
return {'ok'}
