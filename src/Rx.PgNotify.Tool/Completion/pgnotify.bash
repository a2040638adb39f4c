# In ~/.bashrc: eval "$(pgnotify completion bash)"
_pgnotify() {
    local line=${COMP_LINE:0:COMP_POINT} IFS=$'\n'
    COMPREPLY=($(compgen -W "$(pgnotify "[suggest:${#line}]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _pgnotify pgnotify
