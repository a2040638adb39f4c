# In the file that $PROFILE names: pgnotify completion pwsh | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName pgnotify -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $position = $cursorPosition - $commandAst.Extent.StartOffset
    $line = $commandAst.ToString().PadRight($position)
    pgnotify "[suggest:$position]" $line 2>$null |
        Where-Object { $_.StartsWith($wordToComplete) } |
        ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
