# Sourced by quickstart.sh: one function for each step, in the order in which they run, and the
# cleaning up. Promises that no process and no temporary file outlives the script, however it ends.
# The caller sets `root` and `message`.

bin="$root/build/release/bin"
work=""
pids=""
log_copier=""
step_number=0

step() {
    step_number=$((step_number + 1))
    printf '%d. %s\n' "$step_number" "$1"
}

fail() {
    printf 'quickstart: %s\n' "$1" >&2
    exit 1
}

stop_all() {
    for pid in $pids; do kill "$pid" 2>/dev/null || true; done
    for pid in $pids; do wait "$pid" 2>/dev/null || true; done
    [ -z "$log_copier" ] || wait "$log_copier" || true
    pids=""
}

clean_up() {
    status=$?
    trap - EXIT
    stop_all
    [ -z "$work" ] || rm -rf "$work"
    exit "$status"
}

make_work_folder() {
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    work=$(mktemp -d "${TMPDIR:-/tmp}/budstikke-quickstart.XXXXXX")
}

build_programs() {
    {
        (cd "$root" && cmake --preset release -D BUDSTIKKE_PYTHON="$BUDSTIKKE_PYTHON") &&
            cmake --build "$root/build/release" -j "$BUDSTIKKE_JOBS" \
                --target budstikked budstikkectl budstikke
    } >"$work/build.log" 2>&1 </dev/null || {
        tail -n 60 "$work/build.log" >&2
        fail "the build failed"
    }
}

# Sets `sender`, `is_receipt`, and the file `parties`: a line `HER-ID ORGANISATION` for each party,
# the sender first; `recipients` has the HER-ids of those who get the message.
read_message() {
    # 1 means findings of severity error, which parties.py judges.
    "$bin/budstikke" inspect --json "$message" >"$work/facts.json" || [ $? -eq 1 ] ||
        fail "the file cannot be read"
    "$BUDSTIKKE_PYTHON" -B "$root/deploy/quickstart/parties.py" "$work/facts.json" "$work" || exit 1
    sender=$(head -n 1 "$work/parties" | cut -d ' ' -f 1)
    recipients=$(cat "$work/recipients")
    is_receipt=no
    [ ! -e "$work/is_receipt" ] || is_receipt=yes
}

make_parties() {
    sh "$root/certs/make-test-pki.sh" "$work/pki"
    while read -r her_id organisation; do
        sh "$root/certs/issue.sh" "$work/pki" "$her_id" "$organisation"
    done <"$work/parties"
    (
        umask 077
        mkdir "$work/data"
        printf 'quickstart %s\n' "$(openssl rand -hex 32)" >"$work/master-keys"
    )
    sed "s|@WORK@|$work|g" "$root/deploy/quickstart/budstikked.toml" >"$work/budstikked.toml"
}

# The broker says `ready` in its log once it accepts connections; nobody has to poll for it.
start_broker() {
    mkfifo "$work/events"
    "$bin/budstikked" --config "$work/budstikked.toml" --ports-file "$work/ports" \
        >/dev/null 2>"$work/events" &
    pids="$!"
    exec 3<"$work/events"
    ready=no
    while [ "$ready" = no ] && read -r line <&3; do
        printf '%s\n' "$line" >>"$work/broker.log"
        case $line in *'"event":"ready"'*) ready=yes ;; esac
    done
    if [ "$ready" = no ]; then
        cat "$work/broker.log" >&2
        fail "the broker did not start"
    fi
    cat <&3 >>"$work/broker.log" &
    log_copier=$!
    exec 3<&-
    server="localhost:$(cut -d ' ' -f 3 "$work/ports")"
}

# client HER-ID COMMAND...: a vendor's client with the certificate of that party.
client() {
    party=$1
    shift
    "$bin/budstikke" --lang en --server "$server" --ca "$work/pki/ca.crt" \
        --cert "$work/pki/clients/$party.crt" --key "$work/pki/clients/$party.key" "$@"
}

hand_in() {
    client "$sender" send --json "$message" >"$work/receipt.json" || {
        client "$sender" check "$message" >&2 || true
        fail "the broker refused the message"
    }
    broker_id=$(sed -n 's/.*"broker_id":"\([^"]*\)".*/\1/p' "$work/receipt.json")
    echo "   accepted and written to disk as $broker_id"
}

receive_all() {
    if [ "$is_receipt" = yes ]; then apprec=""; else apprec="--apprec ok"; fi
    receivers=""
    for her_id in $recipients; do
        mkdir "$work/inbox-$her_id"
        # shellcheck disable=SC2086  # the options are words
        client "$her_id" receive --her "$her_id" --count 1 --wait 60 $apprec \
            --out "$work/inbox-$her_id" >"$work/received-$her_id" 2>&1 &
        pids="$pids $!"
        receivers="$receivers $!:$her_id"
    done
    for receiver in $receivers; do
        her_id=${receiver#*:}
        wait "${receiver%%:*}" || {
            cat "$work/received-$her_id" >&2
            fail "HER-id $her_id did not get the message"
        }
        cmp -s "$message" "$work/inbox-$her_id"/* || fail "HER-id $her_id got other bytes"
        if [ "$is_receipt" = yes ]; then
            echo "   HER-id $her_id has it, byte for byte"
        else
            echo "   HER-id $her_id has it, byte for byte, and has answered with an AppRec"
        fi
    done
}

show_timeline() {
    if [ "$is_receipt" = yes ]; then
        client "$sender" --timeout 60 status "$broker_id" --watch-until delivered
        echo "delivered: an application receipt ends here, it is never answered with another"
        return
    fi
    count=$(echo "$recipients" | wc -l)
    client "$sender" receive --her "$sender" --count "$count" --wait 60 >"$work/receipts" 2>&1 || {
        cat "$work/receipts" >&2
        fail "the sender did not get its AppRecs"
    }
    echo "   HER-id $sender has got $count AppRec(s)"
    client "$sender" status "$broker_id" --watch-until confirmed
}

# All that follows the build.
run_from_message() {
    step "Reading $(basename "$message")"
    read_message
    step "Making certificates and a directory for the parties that it names"
    make_parties
    step "Starting the broker on RocksDB in a temporary folder"
    start_broker
    step "HER-id $sender hands the message over"
    hand_in
    step "The recipients take it"
    receive_all
    step "What became of it"
    show_timeline
}
