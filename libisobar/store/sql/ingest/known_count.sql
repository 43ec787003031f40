-- How many records of a source are known by their digest.
-- $1 org_id, $2 source_id.  Returns n.
select (select count(*)
          from isobar.finding
         where org_id = $1
           and source_id = $2
           and record_digest <> 0)
     + (select count(*)
          from isobar.control_state
         where org_id = $1
           and source_id = $2
           and record_digest <> 0) as n
