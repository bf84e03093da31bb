// SPDX-License-Identifier: Apache-2.0
//! A module in Rust, against the C headers: without crates, as a `cdylib`. It answers
//! AUTHENTICATE from a thread of its own, and has a filter for each direction (rot13).
//!
//! What Rust needs of the headers is declared by hand in `mod api`, in their order; the layouts are
//! checked by the size fields when the server reads them.
#![allow(non_upper_case_globals)]

mod api {
    use std::os::raw::{c_char, c_void};

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Str {
        pub data: *const u8,
        pub len: usize,
    }
    impl Str {
        pub const fn new(text: &'static str) -> Str {
            Str { data: text.as_ptr(), len: text.len() }
        }
        /// # Safety: good only while the object it was asked of lives.
        pub unsafe fn bytes<'a>(self) -> &'a [u8] {
            if self.data.is_null() {
                &[]
            } else {
                std::slice::from_raw_parts(self.data, self.len)
            }
        }
    }

    pub type Result = i32;
    pub const OK: Result = 0;
    pub const DECLINED: Result = -1;
    pub const SUSPENDED: Result = -3;

    macro_rules! handles { ($($name:ident)*) => { $(#[repr(C)] pub struct $name { _opaque: [u8; 0] })* } }
    handles!(ModuleHandle Request Worker Pool Chain Filter FilterLink);

    pub const MAGIC: u32 = 0x68747064;
    #[repr(C)]
    pub struct Module {
        pub magic: u32,
        pub size: u32,
        pub abi_major: u16,
        pub abi_minor: u16,
        pub flags: u32,
        pub name: *const c_char,
        pub manifest: *const c_char,
        pub manifest_size: u64,
        pub user: *mut c_void,
        pub directives: *const c_void,
        pub create_server_config: *const c_void,
        pub merge_server_config: *const c_void,
        pub create_location_config: *const c_void,
        pub merge_location_config: *const c_void,
        pub register_module: Option<unsafe extern "C" fn(*mut ModuleHandle, *mut c_void) -> Result>,
    }
    // The record is read once, before any thread is started.
    unsafe impl Sync for Module {}

    pub const HOOK_AUTHENTICATE: u32 = 6;
    pub const HOOK_INSERT_FILTER: u32 = 10;
    pub const HOOK_WORKER_START: u32 = 50;
    pub const HOOK_WORKER_STOP: u32 = 52;
    #[repr(C)]
    pub struct HookOptions {
        pub size: u32,
        pub order: i32,
        pub before: *const *const c_char,
        pub after: *const *const c_char,
        pub user: *mut c_void,
        pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    }
    pub type RequestHook = unsafe extern "C" fn(*mut Request, *mut c_void) -> Result;
    pub type WorkerHook = unsafe extern "C" fn(*mut Worker, *mut c_void) -> Result;

    pub const FILTER_TRAFFIC: i32 = 30;
    pub const FILTER_CHANGES_BODY: u32 = 1;
    pub type FilterStart =
        unsafe extern "C" fn(*mut FilterLink, *mut *mut c_void, *mut c_void) -> Result;
    pub type FilterPush = unsafe extern "C" fn(*mut FilterLink, *mut Chain, *mut c_void) -> Result;
    pub type FilterPull =
        unsafe extern "C" fn(*mut FilterLink, *mut Chain, u64, *mut c_void) -> Result;
    #[repr(C)]
    pub struct FilterOptions {
        pub size: u32,
        pub flags: u32,
        pub name: *const c_char,
        pub order: i32,
        pub reserved: u32,
        pub start: Option<FilterStart>,
        pub push: Option<FilterPush>,
        pub pull: Option<FilterPull>,
        pub end: Option<unsafe extern "C" fn(*mut FilterLink, *mut c_void)>,
        pub user: *mut c_void,
        pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    }

    pub const ITEM_NONE: u32 = 0;
    pub const ITEM_DATA: u32 = 1;
    pub const ITEM_FILE: u32 = 2;

    extern "C" {
        pub fn httpd_hook_request(
            module: *mut ModuleHandle, hook: u32, hook_fn: RequestHook, options: *const HookOptions,
        ) -> Result;
        pub fn httpd_hook_worker(
            module: *mut ModuleHandle, hook: u32, hook_fn: WorkerHook, options: *const HookOptions,
        ) -> Result;
        pub fn httpd_log(module: *const ModuleHandle, level: u32, text: Str);
        pub fn httpd_request_header(request: *const Request, name: Str) -> Str;
        pub fn httpd_request_query(request: *const Request) -> Str;
        pub fn httpd_request_pool(request: *mut Request) -> *mut Pool;
        pub fn httpd_request_set_user(request: *mut Request, user: Str) -> Result;
        pub fn httpd_request_suspend(request: *mut Request) -> u64;
        pub fn httpd_request_resume(token: u64, result: Result) -> Result;
        pub fn httpd_filter_add(
            module: *mut ModuleHandle, options: *const FilterOptions, filter: *mut *const Filter,
        ) -> Result;
        pub fn httpd_request_insert_filter(
            request: *mut Request, filter: *const Filter, state: *mut c_void,
        ) -> Result;
        pub fn httpd_filter_request(link: *const FilterLink) -> *mut Request;
        pub fn httpd_filter_pass(link: *mut FilterLink, chain: *mut Chain) -> Result;
        pub fn httpd_filter_pull(link: *mut FilterLink, out: *mut Chain, max: u64) -> Result;
        pub fn httpd_chain_create(pool: *mut Pool) -> *mut Chain;
        pub fn httpd_chain_write(chain: *mut Chain, data: Str) -> Result;
        pub fn httpd_chain_kind(chain: *const Chain) -> u32;
        pub fn httpd_chain_read(chain: *mut Chain, to: *mut u8, size: u64) -> i64;
        pub fn httpd_chain_move(to: *mut Chain, from: *mut Chain, bytes: u64) -> Result;
    }
}

use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::mpsc::{channel, Sender};
use std::sync::Mutex;
use std::thread::JoinHandle;

/// No panic may cross the boundary: it becomes `failed`, as an exception does in C++.
fn guard<T>(failed: T, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(failed)
}

static RESPONSE_FILTER: AtomicPtr<api::Filter> = AtomicPtr::new(null_mut());
static REQUEST_FILTER: AtomicPtr<api::Filter> = AtomicPtr::new(null_mut());

// ---- A thread that knows who may come in ----

struct Question {
    token: u64,
    credentials: Vec<u8>,
}

struct Judge {
    questions: Sender<Question>,
    thread: JoinHandle<()>,
}

static JUDGE: Mutex<Option<Judge>> = Mutex::new(None);

/// "Basic " and "ferris:crab" in base 64.
const KNOWN: &[u8] = b"Basic ZmVycmlzOmNyYWI=";

unsafe extern "C" fn worker_start(_: *mut api::Worker, _: *mut c_void) -> api::Result {
    guard(-16, || {
        let (questions, answers) = channel::<Question>();
        let thread = std::thread::spawn(move || {
            for question in answers {
                let verdict = if question.credentials == KNOWN { api::OK } else { 401 };
                // Any thread may do this; a request that is gone makes the token stale.
                api::httpd_request_resume(question.token, verdict);
            }
        });
        *JUDGE.lock().unwrap() = Some(Judge { questions, thread });
        api::OK
    })
}

unsafe extern "C" fn worker_stop(_: *mut api::Worker, _: *mut c_void) -> api::Result {
    guard(-16, || {
        if let Some(judge) = JUDGE.lock().unwrap().take() {
            drop(judge.questions); // the thread's loop ends
            let _ = judge.thread.join();
        }
        api::OK
    })
}

unsafe extern "C" fn authenticate(request: *mut api::Request, _: *mut c_void) -> api::Result {
    guard(500, || {
        let credentials = api::httpd_request_header(request, api::Str::new("Authorization"));
        if credentials.data.is_null() {
            return 401;
        }
        // As in Apache, the log shows whom a refused request claimed to be.
        api::httpd_request_set_user(request, api::Str::new("ferris"));
        let token = api::httpd_request_suspend(request);
        let question = Question { token, credentials: credentials.bytes().to_vec() };
        match JUDGE.lock().unwrap().as_ref().map(|judge| judge.questions.send(question)) {
            Some(Ok(())) => api::SUSPENDED,
            _ => 503,
        }
    })
}

// ---- Filters ----

fn rot13(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => (byte - b'a' + 13) % 26 + b'a',
        b'A'..=b'Z' => (byte - b'A' + 13) % 26 + b'A',
        _ => byte,
    }
}

/// Turns everything in `from` over into `to`; bytes are changed, marks are moved as they are.
unsafe fn turn(to: *mut api::Chain, from: *mut api::Chain) -> api::Result {
    let mut piece = [0u8; 4096];
    loop {
        let result = match api::httpd_chain_kind(from) {
            api::ITEM_NONE => return api::OK,
            api::ITEM_DATA | api::ITEM_FILE => {
                let size = api::httpd_chain_read(from, piece.as_mut_ptr(), piece.len() as u64);
                if size < 0 {
                    return size as api::Result;
                }
                let bytes = &mut piece[..size as usize];
                bytes.iter_mut().for_each(|byte| *byte = rot13(*byte));
                api::httpd_chain_write(to, api::Str { data: bytes.as_ptr(), len: bytes.len() })
            }
            _ => api::httpd_chain_move(to, from, 0),
        };
        if result != api::OK {
            return result;
        }
    }
}

/// The state of each filter is a chain for what it made.
unsafe extern "C" fn filter_start(
    link: *mut api::FilterLink, state: *mut *mut c_void, _: *mut c_void,
) -> api::Result {
    let pool = api::httpd_request_pool(api::httpd_filter_request(link));
    let chain = api::httpd_chain_create(pool);
    *state = chain as *mut c_void;
    if chain.is_null() { 500 } else { api::OK }
}

unsafe extern "C" fn filter_push(
    link: *mut api::FilterLink, input: *mut api::Chain, state: *mut c_void,
) -> api::Result {
    guard(500, || {
        let made = state as *mut api::Chain;
        match turn(made, input) {
            api::OK => api::httpd_filter_pass(link, made),
            error => error,
        }
    })
}

unsafe extern "C" fn filter_pull(
    link: *mut api::FilterLink, out: *mut api::Chain, max: u64, state: *mut c_void,
) -> api::Result {
    guard(500, || {
        let got = state as *mut api::Chain;
        match api::httpd_filter_pull(link, got, max) {
            api::OK => turn(out, got),
            other => other,
        }
    })
}

/// "?in" turns the request's body over, "?out" the response's.
unsafe extern "C" fn insert_filter(request: *mut api::Request, _: *mut c_void) -> api::Result {
    guard(500, || {
        let filter = match api::httpd_request_query(request).bytes() {
            b"in" => &REQUEST_FILTER,
            b"out" => &RESPONSE_FILTER,
            _ => return api::DECLINED,
        };
        api::httpd_request_insert_filter(request, filter.load(Ordering::Relaxed), null_mut())
    })
}

// ---- The module ----

unsafe fn add_filter(
    module: *mut api::ModuleHandle, name: &'static [u8], push: Option<api::FilterPush>,
    pull: Option<api::FilterPull>, to: &AtomicPtr<api::Filter>,
) -> api::Result {
    let options = api::FilterOptions {
        size: std::mem::size_of::<api::FilterOptions>() as u32,
        flags: api::FILTER_CHANGES_BODY,
        name: name.as_ptr() as *const c_char,
        order: api::FILTER_TRAFFIC,
        reserved: 0,
        start: Some(filter_start),
        push,
        pull,
        end: None,
        user: null_mut(),
        destroy: None,
    };
    let mut filter: *const api::Filter = null();
    let result = api::httpd_filter_add(module, &options, &mut filter);
    to.store(filter as *mut api::Filter, Ordering::Relaxed);
    result
}

unsafe extern "C" fn register(module: *mut api::ModuleHandle, _: *mut c_void) -> api::Result {
    let options = api::HookOptions {
        size: std::mem::size_of::<api::HookOptions>() as u32,
        order: 0,
        before: null(),
        after: null(),
        user: module as *mut c_void,
        destroy: None,
    };
    api::httpd_log(module, 5, api::Str::new("registered from Rust"));
    let results = [
        api::httpd_hook_request(module, api::HOOK_AUTHENTICATE, authenticate, &options),
        api::httpd_hook_request(module, api::HOOK_INSERT_FILTER, insert_filter, &options),
        api::httpd_hook_worker(module, api::HOOK_WORKER_START, worker_start, &options),
        api::httpd_hook_worker(module, api::HOOK_WORKER_STOP, worker_stop, &options),
        add_filter(module, b"rusty-out\0", Some(filter_push), None, &RESPONSE_FILTER),
        add_filter(module, b"rusty-in\0", None, Some(filter_pull), &REQUEST_FILTER),
    ];
    results.iter().copied().find(|result| *result != api::OK).unwrap_or(api::OK)
}

const TEXT: &[u8] =
    b"name=rusty\0abi=1.0\0version=1.0.0\0description=A module in Rust\0license=Apache-2.0\0";

/// Read from the file before any of this runs.
#[used]
#[link_section = ".httpd_manifest"]
static MANIFEST: [u8; TEXT.len()] = {
    let mut bytes = [0; TEXT.len()];
    let mut i = 0;
    while i < bytes.len() {
        bytes[i] = TEXT[i];
        i += 1;
    }
    bytes
};

#[no_mangle]
pub static rusty_module: api::Module = api::Module {
    magic: api::MAGIC,
    size: std::mem::size_of::<api::Module>() as u32,
    abi_major: 1,
    abi_minor: 0,
    flags: 0,
    name: b"rusty\0".as_ptr() as *const c_char,
    manifest: MANIFEST.as_ptr() as *const c_char,
    manifest_size: TEXT.len() as u64,
    user: null_mut(),
    directives: null(),
    create_server_config: null(),
    merge_server_config: null(),
    create_location_config: null(),
    merge_location_config: null(),
    register_module: Some(register),
};
