# SPDX-License-Identifier: Apache-2.0
# Completion of httpdctl for bash; it asks the program, so that it knows every verb and option.
_httpdctl() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb= known i
  local verbs
  verbs=$("$1" help 2>/dev/null | sed -n '/^Options/q; s/^  \([a-z]*\) .*/\1/p')
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case " ${verbs//$'\n'/ } " in
    *" ${COMP_WORDS[i]} "*) verb=${COMP_WORDS[i]} && break ;;
    esac
  done
  case $previous in
  --field | -F) COMPREPLY=($(compgen -W "$("$1" modinfo --fields 2>/dev/null)" -- "$word")) && return ;;
  --prefix | --root | --libexec | -d | -R) COMPREPLY=($(compgen -d -- "$word")) && return ;;
  --config | --output | -f | -o) COMPREPLY=($(compgen -f -- "$word")) && return ;;
  esac
  if [[ $word == -* ]]; then
    known=$("$1" help $verb 2>/dev/null | sed -n 's/^  \(-., \)\{0,1\}\(--[a-z]*\).*/\2/p')
    COMPREPLY=($(compgen -W "$known" -- "$word"))
  elif [[ -z $verb || $verb == help ]]; then
    COMPREPLY=($(compgen -W "$verbs" -- "$word"))
  else
    COMPREPLY=($(compgen -f -X '!*.so' -- "$word") $(compgen -d -- "$word"))
  fi
}
complete -o filenames -F _httpdctl httpdctl
