# bash completion for `git evidence` and `git-evidence`
#
# Git's own completion calls _git_evidence; bash-completion finds this file by
# the name git-evidence.  The candidates come from the program.

# __git_evidence_reply PROGRAM...: what the program prints, as the reply
__git_evidence_reply() {
	local line word
	COMPREPLY=()
	# ":file" leaves it to readline, by -o default, to offer file names
	while IFS= read -r line
	do
		if [[ $line != :file ]]
		then
			# a branch may be called $(rm -rf .)
			printf -v word %q "${line%%$'\t'*}"
			COMPREPLY+=("$word ")
		fi
	done < <("$@" 2>/dev/null)
}

_git_evidence() {
	local at=${__git_cmd_idx:-1}
	# `git -C FOLDER` is remembered by Git's own completion
	__git_evidence_reply git ${__git_C_args:+"${__git_C_args[@]}"} \
		evidence --complete -- "${words[@]:at+1:cword-at}"
}

__git_evidence_alone() {
	__git_evidence_reply git-evidence --complete -- \
		"${COMP_WORDS[@]:1:COMP_CWORD}"
}

complete -o bashdefault -o default -o nospace -F __git_evidence_alone git-evidence
