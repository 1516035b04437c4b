-- The answer, or the right to ask for it.
-- KEYS[1] HASH with answer, or with asker    ARGV[1] asker  [2] lease in ms
-- Answers {answer}, or 'mine', or 'taken'.
local answer = redis.call('HGET', KEYS[1], 'answer')
if answer then
  return {answer}
end
redis.call('HSETNX', KEYS[1], 'asker', ARGV[1])
if redis.call('HGET', KEYS[1], 'asker') ~= ARGV[1] then
  return 'taken'
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'mine'
