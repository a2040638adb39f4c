# In ~/.config/fish/config.fish: pgnotify completion fish | source
function __pgnotify_suggest
    set -l line (commandline --cut-at-cursor --current-process)
    pgnotify "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
end
complete --command pgnotify --no-files --arguments '(__pgnotify_suggest)'
