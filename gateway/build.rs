//! The playground is built by `npm`, not by cargo: where that wasn't done, the gateway is built without it and
//! says so on the page.

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=graphiql/dist");
    println!("cargo:rerun-if-changed=../sql/gateway/migrations");
    std::fs::create_dir_all("graphiql/dist")
}
