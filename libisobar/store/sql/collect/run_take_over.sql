-- Goes on with a run: those parts begin anew whose pages' keys a crash of the database has lost.
-- $1 org_id, $2 run_id, $3 holder, $4 now.
with counted as (
    select p.part_no, p.n_seen, count(s.part_no) as n
      from isobar.run_part as p
      left join isobar.run_seen as s
        on s.org_id = p.org_id
       and s.run_id = p.run_id
       and s.part_no = p.part_no
     where p.org_id = $1
       and p.run_id = $2
       and p.state in (1, 2)
     group by p.part_no, p.n_seen
), lost as (
    update isobar.run_part as p
       set state = 0, cursor = null, n_pages = 0, n_records = 0, n_seen = 0, error = '', updated_at = $4
      from counted as c
     where p.org_id = $1
       and p.run_id = $2
       and p.part_no = c.part_no
       and c.n <> c.n_seen
 returning p.part_no
), emptied as (
    delete from isobar.run_seen as s
     using lost as l
     where s.org_id = $1
       and s.run_id = $2
       and s.part_no = l.part_no
)
update isobar.run
   set holder = $3
 where org_id = $1
   and run_id = $2
