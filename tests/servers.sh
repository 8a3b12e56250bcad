# A private RabbitMQ and PostgreSQL. Sourced by tests/run, whose tests share them, and by tests/laboratory, whose
# servers a test may stop and kill.
#
# After start_servers these stand in the environment:
#   EAID_TEST_AMQP_URL      a broker in which guest may do everything
#   EAID_TEST_DATABASE_URL  a cluster in which anybody may create databases
#   EAID_TEST_VHOST         a command: `add NAME` makes a virtual host, `delete NAME` removes it, `eval CODE` asks
#                           the broker in its own language
#   EAID_TEST_PORTS         `from-to`: ports that no other run uses, for the daemons under test
#   EAID_TEST_FAKETIME      the library that sets the clock of a daemon under test
# shellcheck shell=bash

work=                      # the temporary folder, empty until start_servers made it
server_groups=()           # process groups to end

say() { printf '\n== %s\n' "$*" >&2; }

die() {
    [[ -z $work ]] || tail -n 15 "$work"/*.log >&2 2>/dev/null || true
    say "$*"
    exit 1
}

# Waits until a command succeeds, $2 seconds at most; $1 says what for, in case it never does.
wait_until() {
    local what=$1 deadline=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || die "gave up waiting for $what"
        sleep 0.05 # the pause between two looks, not the wait itself
    done
}

# --- what must be installed -----------------------------------------------------------------------

as_root() {
    if ((EUID == 0)); then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else die "cannot install packages: run this as root once, or install sudo"
    fi
}

missing_packages() {
    [[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]] || echo rabbitmq-server
    [[ -n $(postgres_bin) ]] || echo postgresql
    [[ -n $(faketime) ]] || echo libfaketime
    command -v setsid >/dev/null && command -v setpriv >/dev/null || echo util-linux
    # rustc links with cc, and two crates bring C of their own.
    command -v cc >/dev/null || echo gcc libc6-dev
}

install_what_is_missing() {
    export PATH=$PATH:$HOME/.cargo/bin
    command -v cargo >/dev/null || die "cargo was not found: install Rust first"
    local packages
    packages=$(missing_packages | tr '\n' ' ')
    [[ -n ${packages// /} ]] || return 0
    command -v apt-get >/dev/null ||
        die "not a Debian machine: install these by hand, then run this again: $packages"
    say "installing $packages"
    # One installation at a time. The policy file keeps Debian from starting the servers as
    # services of the machine: only our private ones are wanted. One that is there already stays.
    as_root env PACKAGES="$packages" DEBIAN_FRONTEND=noninteractive bash -euc '
        exec 8>/run/eaid-tests-install.lock
        flock 8
        policy=/usr/sbin/policy-rc.d
        if [[ ! -e $policy ]]; then
            trap "rm -f $policy" EXIT
            printf "#!/bin/sh\nexit 101\n" >$policy
            chmod 755 $policy
        fi
        options="-q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3"
        for try in 1 2 3; do
            if apt-get $options update &&
                apt-get $options install --no-install-recommends $PACKAGES; then
                exit 0
            fi
            echo "apt-get failed, attempt $try of 3" >&2
        done
        exit 1' >&2 || die "could not install $packages"
    packages=$(missing_packages | tr '\n' ' ')
    [[ -z ${packages// /} ]] || die "still missing after the installation: $packages"
}

postgres_bin() { # the folder of the newest PostgreSQL server, or nothing
    local newest
    newest=$(find /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)
    [[ -n $newest ]] || newest=$(command -v initdb || true)
    [[ -z $newest ]] || dirname "$newest"
}

faketime() { # the library that sets clocks of processes, or nothing
    local found
    for found in /usr/lib/*/faketime/libfaketimeMT.so.1 /usr/lib/faketime/libfaketimeMT.so.1; do
        [[ ! -e $found ]] || { echo "$found"; return; }
    done
}

# --- ports ----------------------------------------------------------------------------------------

# Takes a block of 200 ports below the range from which the kernel hands out its own. The lock on
# the block's file is held as long as this process lives, so two runs never share a block.
take_ports() {
    local slot base port
    for slot in $(seq 0 49 | shuf); do
        base=$((20000 + slot * 200))
        { exec {ports_lock}>"${TMPDIR:-/tmp}/eaid-tests-ports-$base.lock"; } 2>/dev/null || continue
        if flock -n "$ports_lock"; then
            for port in 0 1 2 3; do
                listens $((base + port)) && { exec {ports_lock}>&-; continue 2; }
            done
            amqp_port=$base dist_port=$((base + 1)) epmd_port=$((base + 2)) postgres_port=$((base + 3))
            export EAID_TEST_PORTS=$((base + 10))-$((base + 199))
            return
        fi
        exec {ports_lock}>&-
    done
    die "no free block of ports between 20000 and 30000"
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Starts a server in a session of its own, so that Ctrl-C reaches the tests and not the servers
# first, and remembers its group for the end. The lock on the ports is not handed on.
start_group() { # LOG COMMAND…
    local log=$1
    shift
    setsid "$@" </dev/null >"$log" 2>&1 {ports_lock}>&- &
    server_groups+=($!)
}

# --- the servers ----------------------------------------------------------------------------------

start_servers() {
    work=$(mktemp -d "${TMPDIR:-/tmp}/eaid-tests.XXXXXX")
    chmod 755 "$work" # the postgres user must be able to enter
    EAID_TEST_FAKETIME=$(faketime)
    export EAID_TEST_FAKETIME
    take_ports
    start_postgres
    start_rabbitmq
    say "servers up after ${SECONDS} s: $EAID_TEST_AMQP_URL, $EAID_TEST_DATABASE_URL"
}

start_postgres() {
    local bin user=() data=$work/postgres socket=
    bin=$(postgres_bin)
    # A benchmark writes by a socket of files. Where the path is too long for one, PostgreSQL would not start.
    ((${#data} > 80)) || socket=$data
    mkdir "$data"
    if ((EUID == 0)); then # it refuses to work as root
        user=(setpriv --reuid=postgres --regid=postgres --init-groups --)
        chown postgres "$data"
    fi
    # The folder of initdb itself need not survive a power cut; the databases of the tests are
    # synced, because the tests kill things.
    (cd "$data" && "${user[@]}" "$bin/initdb" --pgdata="$data" --username=eaid --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync) >"$work/initdb.log" 2>&1 ||
        { cat "$work/initdb.log" >&2; die "initdb failed"; }
    postgres_command=("${user[@]}" "$bin/postgres" -D "$data" -p "$postgres_port"
        -c listen_addresses=127.0.0.1 -c unix_socket_directories="$socket" -c max_connections=300
        -c fsync=on -c synchronous_commit=on -c shared_buffers=512MB -c max_wal_size=4GB)
    run_postgres
    export EAID_TEST_DATABASE_URL=postgres://eaid@127.0.0.1:$postgres_port/postgres
}

run_postgres() {
    start_group "$work/postgres.log" "${postgres_command[@]}"
    postgres_group=$!
}

postgres_is_up() { "$(postgres_bin)/pg_isready" -h 127.0.0.1 -p "$postgres_port"; }

start_rabbitmq() {
    local home=$work/rabbitmq node=eaid_$$@localhost
    mkdir "$home"
    printf '%s' "eaid$RANDOM$RANDOM$RANDOM" >"$home/.erlang.cookie"
    chmod 400 "$home/.erlang.cookie"
    # It comes with RabbitMQ, and spreads messages over several queues.
    echo '[rabbitmq_consistent_hash_exchange].' >"$home/enabled_plugins"
    : >"$home/env.conf"
    cat >"$home/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp_port
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.relative = 0.6
log.console = false
CONF
    # A node of its own in every respect: name, epmd, cookie, folders, and none of the files of
    # /etc/rabbitmq.
    rabbitmq_env=(env HOME="$home"
        ERL_EPMD_PORT="$epmd_port" ERL_EPMD_ADDRESS=127.0.0.1
        RABBITMQ_NODENAME="$node" RABBITMQ_DIST_PORT="$dist_port"
        RABBITMQ_BASE="$home" RABBITMQ_CONF_ENV_FILE="$home/env.conf"
        RABBITMQ_CONFIG_FILE="$home/rabbitmq" RABBITMQ_ADVANCED_CONFIG_FILE="$home/advanced"
        RABBITMQ_MNESIA_BASE="$home/mnesia" RABBITMQ_LOG_BASE="$home/log"
        RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins"
        RABBITMQ_GENERATED_CONFIG_DIR="$home/generated" RABBITMQ_SCHEMA_DIR="$home/schema"
        RABBITMQ_PID_FILE="$home/pid"
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}")
    start_group "$work/epmd.log" epmd -port "$epmd_port" -address 127.0.0.1
    wait_until "epmd" 60 listens "$epmd_port"
    run_rabbitmq
    wait_until "PostgreSQL" 180 postgres_is_up
    wait_until "RabbitMQ" 300 listens "$amqp_port"
    export EAID_TEST_AMQP_URL=amqp://guest:guest@127.0.0.1:$amqp_port/%2f
    write_vhost_command "$node" "$(cat "$home/.erlang.cookie")"
}

run_rabbitmq() {
    start_group "$work/rabbitmq.log" "${rabbitmq_env[@]}" /usr/lib/rabbitmq/bin/rabbitmq-server
    rabbitmq_group=$!
}

# rabbitmqctl starts a whole virtual machine for each call (over a second); erl_call is a small
# program of Erlang's own that asks the running node. Without a name for each caller all have the
# same, and the node hears one of that name at a time.
write_vhost_command() {
    local node=$1 cookie=$2
    export EAID_TEST_VHOST=$work/vhost
    cat >"$EAID_TEST_VHOST" <<VHOST
#!/bin/sh
# vhost add NAME | vhost delete NAME | vhost eval CODE
export ERL_EPMD_PORT=$epmd_port HOME=$work/rabbitmq
case \$1 in
add) code="rabbit_vhost:add(<<\"\$2\">>, <<\"tests\">>),
           rabbit_auth_backend_internal:set_permissions(<<\"guest\">>, <<\"\$2\">>,
               <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"tests\">>), done." ;;
delete) code="rabbit_vhost:delete(<<\"\$2\">>, <<\"tests\">>), done." ;;
eval) code="\$2, done." ;;
*) echo "usage: vhost add|delete NAME, or eval CODE" >&2; exit 2 ;;
esac
answer=\$(printf '%s\n' "\$code" | erl_call -h caller_\$\$ -sname $node -c $cookie -e 2>&1)
case \$answer in
*"{ok, done}"*) ;;
*) echo "vhost \$1 \$2: \$answer" >&2; exit 1 ;;
esac
VHOST
    chmod 755 "$EAID_TEST_VHOST"
}

# Ends everything that was started; harmless when called twice. Nothing of it is kept, so nobody
# needs an orderly shutdown, and a server that hangs cannot hold us up.
stop_servers() {
    local group
    for group in "${server_groups[@]}"; do
        kill -KILL -- "-$group" 2>/dev/null || true
        wait "$group" 2>/dev/null || true
    done
    server_groups=()
    [[ -z $work ]] || rm -rf "$work"
    work=
}
