-- Refuse from now on every writer whose token is older than ARGV[1]. ARGV[2]: default TTL.
local highest = overtaken(ARGV[1])
if highest then return {'stale', highest} end
redis.call('HSET', META, 'fence', ARGV[1]) -- a change, also when it stands there already, so that WAIT waits
slide(ARGV[2])
return {'ok'}
