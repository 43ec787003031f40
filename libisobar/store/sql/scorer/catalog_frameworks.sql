-- The frameworks that each control belongs to.
-- No parameters.
select control, framework
  from isobar.control_framework
 group by control, framework
 order by control collate "C", framework collate "C"
