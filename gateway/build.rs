//! The pages are built by `npm`, not by cargo: where that wasn't done, the gateway is built without them and says so
//! in their place.

const PAGES: [&str; 2] = ["graphiql/dist", "storefront/dist"];

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=../sql/gateway/migrations");
    for page in PAGES {
        println!("cargo:rerun-if-changed={page}");
        std::fs::create_dir_all(page)?;
    }
    Ok(())
}
