-- How many risks are not resolved, and how many cases of identity wait.
-- $1 org_id.  Returns living, waiting.
select (select count(*)
          from isobar.risk
         where org_id = $1
           and state <> 6
           and subject not like 'path:%') as living,
       (select count(*)
          from isobar.identity_case
         where org_id = $1
           and state = 0) as waiting
