-- The canonical controls.  Returns control, category, title, class.
select control, category, title, class
  from isobar.control
