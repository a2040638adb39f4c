# In ~/.zshrc, after compinit: eval "$(pgnotify completion zsh)"
_pgnotify() {
    local line="${(j: :)${(@)words[1,CURRENT]}}"
    compadd -- ${(f)"$(pgnotify "[suggest:${#line}]" "$line" 2>/dev/null)"}
}
compdef _pgnotify pgnotify
