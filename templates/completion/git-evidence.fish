# fish completion for `git-evidence`; the completion of git that comes with fish
# delegates to it, but that of fish 3.6 does so under a wrong name.
# The candidates come from the program.

function __git_evidence_candidates
	set -l words (commandline -opc)
	set -l word (commandline -ct | string collect --allow-empty)
	for line in (git-evidence --complete -- $words[2..-1] "$word" 2>/dev/null)
		if test "$line" = :file
			__fish_complete_path "$word"
		else
			echo $line
		end
	end
end

complete -c git-evidence -f -a '(__git_evidence_candidates)'
